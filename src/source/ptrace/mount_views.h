// The mount tables of traced tasks, read as seldom as can be.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace cttrace::ptrace {

struct Tracee;

struct SeenMount {
  uint32_t id = 0, parent_id = 0;
  uint32_t dev = 0;  // as in the kernel: major << 20 | minor
  std::string root, mountpoint, fs_type, source;
  std::string options;  // of a cgroup filesystem
};

// What one root shows of a mount namespace, in the order of the kernel's table.
struct MountView {
  uint32_t mnt_ns = 0;  // inode number; 0: may not be read
  uint32_t viewer = 0;  // whose mountinfo it was
  bool whole = false;   // shows all of the namespace that a path leads to
  uint32_t hidden = 0;  // where it is whole: mounts that no path leads to, those below its root
  std::vector<SeenMount> mounts;
  std::unordered_map<uint32_t, size_t> by_id;

  const SeenMount* with_id(uint32_t id) const;
  // Whether a path can be looked up without asking another process: the server of a filesystem may be traced, and
  // stand still.
  bool answers(std::string_view path) const;
  bool asks_somebody() const;
};

// The rows of a mountinfo; those that make no sense are left out.
MountView parse_mount_view(std::string_view mountinfo);

// A path of mountinfo ("/a/b") as a record has it: components, leaf first, each with a NUL.
std::string components_of(std::string_view path);

class MountViews {
 public:
  // Between these a call of somebody may change mounts at any time.
  void begin_change() { ++changing_; }
  void end_change(bool succeeded) {
    --changing_;
    if (succeeded) ++changes_, changed();
  }

  // A new namespace has this number: what was known by it is of one that is gone.
  void made_namespace(uint32_t mnt_ns);

  // Some tracee stands still again: where it is, is looked at anew.
  void at_stop() { looked_at_ = {}; }

  // The tracee's mount namespace. 0: may not be read.
  uint32_t namespace_of(Tracee& tracee);

  // What the tracee's root shows now. Valid until the next call of any function here.
  const MountView& of(Tracee& tracee);

  struct Found {
    const SeenMount* mount;
    uint32_t mnt_ns;
  };
  // The mount that a file of the tracee is in, wherever that is. `path`: of the file, in its namespace; `link`: in
  // /proc. None: in none that is known. Valid like of().
  std::optional<Found> find(Tracee& tracee, uint32_t mount_id, uint32_t dev, std::string_view path,
                            const std::string& link);

  // Whether the mount of a file that find() has just not found is surely in no namespace: it was in one that can still
  // be seen. One that was never seen may be in a namespace that nobody here has been in.
  bool is_nowhere(uint32_t mount_id, const std::string& link) const;

  // Of a filesystem that was seen mounted once, or made; empty: never.
  std::string fs_type_of(uint32_t dev) const;
  void made_filesystem(uint32_t dev, std::string fs_type) { types_[dev] = std::move(fs_type); }

 private:
  struct Key {
    uint32_t mnt_ns;
    uint64_t root_mount, root_inode;
    auto operator<=>(const Key&) const = default;
  };
  struct Cached {
    uint64_t epoch = 0;  // 0: to be read again in any case
    MountView view;
  };

  struct Seen {
    uint64_t changes;  // that there had been by then
    std::vector<SeenMount> mounts;
  };

  // What is known may be of earlier: it is read again.
  void changed() { ++epoch_; }
  Cached& read(const Key& key, uint32_t tid, bool at_top, Tracee* tracee);
  bool is_whole(const Key& key, const MountView& view, bool at_top, const Tracee* tracee);
  const SeenMount* find_hidden(const MountView& own, const Tracee& tracee, uint32_t mount_id, uint32_t dev,
                               std::string_view path, const std::string& link);
  void note_who_left(const Key& key, const MountView& now);
  static bool has_view(uint32_t tid, const Key& key);
  bool refresh(const Key& key, const Cached& cached);
  void limit();

  static constexpr uint32_t kNoNamespace = 0;

  struct LookedAt {
    uint32_t tid = 0;
    uint64_t epoch = 0;
    Key key = {};
  };

  LookedAt looked_at_;  // since the last at_stop()
  uint64_t epoch_ = 1;
  uint64_t changes_ = 0;  // by calls that are traced
  uint32_t changing_ = 0;
  std::map<Key, Cached> views_;
  std::map<uint32_t, uint32_t> outside_;   // by namespace: what its topmost visible mount is mounted on
  std::map<uint32_t, std::string> types_;  // by dev
  // By mount: the namespace that it was seen in last, or kNoNamespace since it was seen to have left.
  std::unordered_map<uint32_t, uint32_t> seen_in_;
  std::map<uint32_t, Seen> all_;  // by namespace: when all of it was seen last
  SeenMount hidden_;              // that was found last
};

}  // namespace cttrace::ptrace
