#include "source/ptrace/mount_views.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "base/fd.h"
#include "base/mountinfo_line.h"
#include "base/paths.h"
#include "base/proc_text.h"
#include "base/words.h"
#include "source/ptrace/capture.h"
#include "source/ptrace/filesystems.h"
#include "source/ptrace/mount_list.h"
#include "source/ptrace/task_files.h"

namespace cttrace::ptrace {
namespace {

constexpr size_t kTableMost_bytes = 64u << 20;
constexpr size_t kMostViews = 64;
constexpr size_t kMostTypes = 65536;

bool asks(const SeenMount& mount) { return asks_somebody(mount.fs_type); }

// The first process of /proc that `fits`. 0: none.
uint32_t process_that(const std::function<bool(uint32_t)>& fits) {
  std::error_code gone;
  for (std::filesystem::directory_iterator each("/proc", gone), end; !gone && each != end; each.increment(gone)) {
    uint32_t pid = 0;
    if (read_number(each->path().filename().native(), pid) && fits(pid)) return pid;
  }
  return 0;
}

}  // namespace

const SeenMount* MountView::with_id(uint32_t id) const {
  const auto found = by_id.find(id);
  return found == by_id.end() ? nullptr : &mounts[found->second];
}

bool MountView::answers(std::string_view path) const {
  for (const SeenMount& mount : mounts)
    if (asks(mount) && is_below(path, mount.mountpoint)) return false;
  return true;
}

bool MountView::asks_somebody() const { return std::ranges::any_of(mounts, asks); }

std::string components_of(std::string_view path) {
  std::string components;
  components.reserve(path.size() + 1);
  while (!path.empty()) {
    const size_t slash = path.rfind('/');
    const std::string_view component = path.substr(slash == path.npos ? 0 : slash + 1);
    if (!component.empty()) (components += component) += '\0';
    path = path.substr(0, slash == path.npos ? 0 : slash);
  }
  return components;
}

MountView parse_mount_view(std::string_view mountinfo) {
  MountView view;
  while (!mountinfo.empty()) {
    std::optional<MountinfoLine> line = parse_mountinfo_line(next_line(mountinfo));
    if (!line) continue;
    view.by_id[line->id] = view.mounts.size();
    constexpr std::string_view kDeleted = "//deleted";
    if (line->root.ends_with(kDeleted)) line->root.resize(line->root.size() - kDeleted.size());
    // The kernel appends a subtype: "fuse.sshfs".
    line->fs_type.resize(std::min(line->fs_type.find('.'), line->fs_type.size()));
    const bool is_cgroup = line->fs_type == "cgroup";
    view.mounts.push_back({.id = line->id,
                           .parent_id = line->parent_id,
                           .dev = line->dev_major << 20 | line->dev_minor,
                           .root = std::move(line->root),
                           .mountpoint = std::move(line->mountpoint),
                           .fs_type = std::move(line->fs_type),
                           .source = std::move(line->source),
                           .options = is_cgroup ? std::string(line->options) : std::string()});
  }
  return view;
}

// All is there when it is seen from the namespace's own root. A root that was put on top of that one ("/" for its path,
// too) shows less: what it is mounted on was to be seen before.
bool MountViews::is_whole(const Key& key, const MountView& view, bool at_top, const Tracee* tracee) {
  const auto root = view.by_id.find(static_cast<uint32_t>(key.root_mount));
  if (!at_top || !key.mnt_ns || root == view.by_id.end()) return false;
  const SeenMount& mount = view.mounts[root->second];
  if (mount.mountpoint != "/" || view.with_id(mount.parent_id) != (mount.parent_id == mount.id ? &mount : nullptr))
    return false;
  const auto outside = outside_.find(key.mnt_ns);
  if (outside != outside_.end()) return outside->second == mount.parent_id;
  // A copy of a namespace is looked at with the same eyes; by somebody else's it is not known with which.
  if (!tracee || tracee->partial_mounts) return false;
  // Where such a root was put on the namespace's before anybody looked (systemd-nspawn), it is on more than the
  // kernel's first.
  if (mounts_beneath_root(tracee->tid).value_or(0) > 1) return false;
  outside_[key.mnt_ns] = mount.parent_id;
  return true;
}

MountViews::Cached& MountViews::read(const Key& key, uint32_t tid, bool at_top, Tracee* tracee) {
  limit();
  Cached& cached = views_[key];
  const Result<std::string> text = read_file(task_path(tid, "mountinfo"), kTableMost_bytes);
  cached.view = parse_mount_view(text ? std::string_view(*text) : std::string_view());
  cached.view.mnt_ns = key.mnt_ns;
  cached.view.viewer = tid;
  cached.view.whole = text && is_whole(key, cached.view, at_top, tracee);
  // The kernel's first, empty one (init_mount_tree, fs/namespace.c), of which copies have copies.
  if (cached.view.whole)
    cached.view.hidden = cached.view.with_id(static_cast<uint32_t>(key.root_mount))->parent_id != key.root_mount;
  cached.epoch = text ? epoch_ : 0;
  if (types_.size() > kMostTypes) types_.clear();
  if (seen_in_.size() > kMostTypes) seen_in_.clear();
  if (text) note_who_left(key, cached.view);
  if (cached.view.whole) all_[key.mnt_ns] = {.changes = changes_, .mounts = cached.view.mounts};
  for (const SeenMount& mount : cached.view.mounts) {
    types_[mount.dev] = mount.fs_type;
    if (key.mnt_ns) seen_in_[mount.id] = key.mnt_ns;
  }
  return cached;
}

// A mount leaves its namespace for none. That it has left shows where all of the namespace is seen; and that a task's
// root has, to the task: its table has no root.
void MountViews::note_who_left(const Key& key, const MountView& now) {
  const auto left = [&](uint32_t id) {
    const auto seen = seen_in_.find(id);
    if (seen != seen_in_.end() && seen->second == key.mnt_ns && !now.with_id(id)) seen->second = kNoNamespace;
  };
  left(static_cast<uint32_t>(key.root_mount));
  const auto before = all_.find(key.mnt_ns);
  if (!now.whole || before == all_.end()) return;
  for (const SeenMount& mount : before->second.mounts) left(mount.id);
}

void MountViews::limit() {
  looked_at_ = {};  // may be among those
  if (views_.size() < kMostViews) return;
  std::erase_if(views_, [&](const auto& entry) { return entry.second.epoch != epoch_; });
  if (views_.size() >= kMostViews) views_.clear();
  if (all_.size() > kMostViews) all_.clear();
  if (outside_.size() > kMostTypes) outside_.clear();
}

void MountViews::made_namespace(uint32_t mnt_ns) {
  looked_at_ = {};  // may be among those
  std::erase_if(views_, [&](const auto& entry) { return entry.first.mnt_ns == mnt_ns; });
  outside_.erase(mnt_ns);
  all_.erase(mnt_ns);
}

uint32_t MountViews::namespace_of(Tracee& tracee) { return tracee.namespaces.of(tracee.tid).inodes[CT_NS_MNT]; }

const MountView& MountViews::of(Tracee& tracee) {
  if (looked_at_.tid == tracee.tid && looked_at_.epoch == epoch_) return views_.at(looked_at_.key).view;
  const std::optional<FileStatus> root = file_status(task_path(tracee.tid, "root"));
  const Key key = {
      .mnt_ns = namespace_of(tracee), .root_mount = root ? root->mount_id : 0, .root_inode = root ? root->inode : 0};
  const auto known = views_.find(key);
  const bool fresh = known != views_.end() && known->second.epoch == epoch_ && changing_ == 0 && key.mnt_ns;
  if (!fresh) {
    const bool at_top = read_link(task_path(tracee.tid, "root")) == "/";
    read(key, tracee.tid, at_top, &tracee);
  }
  const MountView& view = views_.at(key).view;
  tracee.partial_mounts = !view.whole;
  looked_at_ = {.tid = tracee.tid, .epoch = epoch_, .key = key};
  return view;
}

bool MountViews::has_view(uint32_t tid, const Key& key) {
  if (namespace_inode(tid, "ns/mnt") != key.mnt_ns) return false;
  const std::optional<FileStatus> root = file_status(task_path(tid, "root"));
  return root && root->mount_id == key.root_mount && root->inode == key.root_inode;
}

// Somebody else's view, by anybody who has it: whoever it was that saw it may be elsewhere by now, and we, or somebody
// who is not traced, still there. False: nobody is known to be.
bool MountViews::refresh(const Key& key, const Cached& cached) {
  if (cached.epoch == epoch_ && changing_ == 0) return true;
  const auto has_it = [&](uint32_t tid) { return has_view(tid, key); };
  uint32_t tid = cached.view.viewer;
  if (!has_it(tid)) tid = static_cast<uint32_t>(getpid());
  if (!has_it(tid)) tid = process_that(has_it);
  if (!tid) return false;
  read(key, tid, read_link(task_path(tid, "root")) == "/", nullptr);
  return true;
}

// In the task's own namespace, but not to be seen from its root: after a chroot.
const SeenMount* MountViews::find_hidden(const MountView& own, const Tracee& tracee, uint32_t mount_id, uint32_t dev,
                                         std::string_view path, const std::string& link) {
  ListedMount listed;
  bool known = false;
  if (own.whole || !own.mnt_ns) return nullptr;
  const bool there = find_listed_mount(tracee.tid, link, listed, known);
  if (known && !there) return nullptr;
  const auto all = all_.find(own.mnt_ns);
  const SeenMount* seen = nullptr;
  // Where the kernel does not tell, one that was there may have left meanwhile.
  if (all != all_.end() && (there || (all->second.changes == changes_ && changing_ == 0))) {
    const std::vector<SeenMount>& mounts = all->second.mounts;
    const auto one = std::ranges::find(mounts, mount_id, &SeenMount::id);
    if (one != mounts.end() && is_below(path, one->mountpoint) && (one->dev == dev || there)) seen = &*one;
  }
  if (!there) return seen;
  hidden_ = seen ? *seen : SeenMount();
  hidden_.id = listed.id;
  hidden_.parent_id = listed.parent_id;
  hidden_.dev = listed.dev;
  hidden_.fs_type = fs_type_of(listed.dev);
  return &hidden_;
}

std::optional<MountViews::Found> MountViews::find(Tracee& tracee, uint32_t mount_id, uint32_t dev,
                                                  std::string_view path, const std::string& link) {
  const auto is_at = [&](const MountView& view, const SeenMount* mount) {
    return mount && (!view.whole || path.empty() || is_below(path, mount->mountpoint));
  };
  // A file's device is not that of its filesystem everywhere.
  const auto fits = [&](const MountView& view, const SeenMount* mount) {
    return is_at(view, mount) && (mount->dev == dev || mount->fs_type == "overlay" || mount->fs_type == "btrfs");
  };
  const MountView& before = of(tracee);
  const SeenMount* const mount = before.with_id(mount_id);
  if (fits(before, mount)) return Found{mount, before.mnt_ns};
  // Ids are used again: somebody who is not traced may have changed something.
  changed();
  const MountView& own = of(tracee);
  const SeenMount* const again = own.with_id(mount_id);
  if (is_at(own, again)) return Found{again, own.mnt_ns};
  if (const SeenMount* const hidden = find_hidden(own, tracee, mount_id, dev, path, link))
    return Found{hidden, own.mnt_ns};
  std::vector<Key> keys;
  for (const auto& [key, cached] : views_)
    if (key.mnt_ns) keys.push_back(key);
  for (const Key& key : keys) {
    const auto other = views_.find(key);
    if (other == views_.end()) continue;
    if (!refresh(key, other->second)) {
      views_.erase(key);
      continue;
    }
    const MountView& view = views_.at(key).view;
    const SeenMount* const there = view.with_id(mount_id);
    if (fits(view, there)) return Found{there, key.mnt_ns};
  }
  return std::nullopt;
}

bool MountViews::is_nowhere(uint32_t mount_id, const std::string& link) const {
  const auto seen = seen_in_.find(mount_id);
  if (seen == seen_in_.end()) return false;
  if (seen->second == kNoNamespace) return true;
  return std::ranges::any_of(views_, [&](const auto& entry) {
    const MountView& view = entry.second.view;
    if (view.mnt_ns != seen->second) return false;
    ListedMount listed;
    bool known = false;
    return view.whole || (!find_listed_mount(view.viewer, link, listed, known) && known);
  });
}

std::string MountViews::fs_type_of(uint32_t dev) const {
  const auto found = types_.find(dev);
  return found == types_.end() ? std::string() : found->second;
}

}  // namespace cttrace::ptrace
