// Comparing the rows of two mount tables.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "cttrace/mount_rows.h"
#include "model/mount_flags.h"

namespace cttrace {
namespace {

using Rows = std::vector<MountRow>;

// The rows on each row, in the order of their mountpoints; -1: those that are on nothing that can be seen.
std::map<int, std::vector<int>> children_of(const Rows& rows) {
  std::map<int, std::vector<int>> children;
  for (size_t i = 0; i < rows.size(); ++i) children[rows[i].parent].push_back(static_cast<int>(i));
  for (auto& [parent, below] : children)
    std::ranges::stable_sort(below, {}, [&](int i) { return rows[static_cast<size_t>(i)].mountpoint; });
  return children;
}

std::string name_of(const MountRow& row) {
  return row.fs_type + " on " + row.mountpoint + (row.root == "/" ? "" : " (its " + row.root + ")");
}

// Both sides in words.
std::string side(const std::string& text) { return text; }
std::string side(bool yes) { return yes ? "yes" : "no"; }
std::string side(uint32_t number) { return std::to_string(number); }

std::string device_of(const MountRow& row) {
  return std::to_string(row.dev_major) + ":" + std::to_string(row.dev_minor);
}

class Comparison {
 public:
  Comparison(const Rows& model, const Rows& kernel)
      : model_(model), kernel_(kernel), model_children_(children_of(model)), kernel_children_(children_of(kernel)) {}

  std::vector<Difference> differences() {
    std::vector<std::pair<int, int>> waiting = {{-1, -1}};
    while (!waiting.empty()) {
      const auto [model, kernel] = waiting.back();
      waiting.pop_back();
      compare_children(model_children_[model], kernel_children_[kernel], waiting);
    }
    return std::move(found_);
  }

 private:
  void compare_children(const std::vector<int>& model, const std::vector<int>& kernel,
                        std::vector<std::pair<int, int>>& waiting) {
    size_t m = 0, k = 0;
    while (m < model.size() || k < kernel.size()) {
      const MountRow* ours = m < model.size() ? &model_[static_cast<size_t>(model[m])] : nullptr;
      const MountRow* theirs = k < kernel.size() ? &kernel_[static_cast<size_t>(kernel[k])] : nullptr;
      if (!theirs || (ours && ours->mountpoint < theirs->mountpoint)) {
        if (ours->certain) found_.push_back({.what = "a mount", .model = name_of(*ours), .kernel = "none"});
        ++m;
      } else if (!ours || theirs->mountpoint < ours->mountpoint) {
        found_.push_back({.what = "a mount", .model = "none", .kernel = name_of(*theirs)});
        ++k;
      } else {
        compare(*ours, *theirs);
        waiting.emplace_back(model[m++], kernel[k++]);
      }
    }
  }

  template <typename T>
  void expect(const MountRow& row, const char* what, const T& model, const T& kernel) {
    if (model != kernel)
      found_.push_back({.what = name_of(row) + ": " + what, .model = side(model), .kernel = side(kernel)});
  }

  void compare(const MountRow& model, const MountRow& kernel) {
    // Whether what it shows still has a name is no matter of mounts.
    if (model.root + "//deleted" != kernel.root) expect(model, "root", model.root, kernel.root);
    expect(model, "type", model.fs_type, kernel.fs_type);
    if (model.source != kUnknownSource) expect(model, "source", model.source, kernel.source);
    if (model.attributes != kernel.attributes)
      expect(model, "attributes", attribute_words(model.attributes), attribute_words(kernel.attributes));
    expect(model, "unbindable", model.unbindable, kernel.unbindable);
    expect(model, "idmapped", model.idmapped, kernel.idmapped);
    if (model.dev_major || model.dev_minor) expect(model, "device", device_of(model), device_of(kernel));
    if (model.id) expect(model, "mount id", model.id, kernel.id);
    compare_filesystems(model, kernel);
    expect_group(model, "shared", model.shared, kernel.shared);
    expect_group(model, "master", model.master, kernel.master);
    expect_group(model, "propagate_from", model.propagate_from, kernel.propagate_from);
  }

  // One may be mounted in many places: it is told of once.
  void compare_filesystems(const MountRow& model, const MountRow& kernel) {
    if (!model.read_only || model.read_only == kernel.read_only) return;
    if (!told_.emplace(kernel.dev_major, kernel.dev_minor).second) return;
    const auto named = [](bool read_only) { return read_only ? "read-only" : "writable"; };
    found_.push_back({.what = "filesystem on " + model.mountpoint,
                      .model = named(*model.read_only),
                      .kernel = named(*kernel.read_only)});
  }

  // Equal up to renaming.
  void expect_group(const MountRow& row, const char* what, uint32_t model, uint32_t kernel) {
    if (!model && !kernel) return;
    const uint32_t ours = model && kernel ? ours_.try_emplace(kernel, model).first->second : 0;
    const uint32_t theirs = model && kernel ? theirs_.try_emplace(model, kernel).first->second : 0;
    if (ours && ours == model && theirs == kernel) return;
    const auto named = [](uint32_t group, uint32_t other) {
      if (!group) return std::string("none");
      return "group " + std::to_string(group) + (other ? ", elsewhere that is " + std::to_string(other) : "");
    };
    expect(row, what, named(model, theirs), named(kernel, ours));
  }

  const Rows& model_;
  const Rows& kernel_;
  std::map<int, std::vector<int>> model_children_, kernel_children_;
  std::map<uint32_t, uint32_t> ours_, theirs_;
  std::set<std::pair<uint32_t, uint32_t>> told_;  // devices
  std::vector<Difference> found_;
};

}  // namespace

std::vector<Difference> differences(const std::vector<MountRow>& model, const std::vector<MountRow>& kernel) {
  return Comparison(model, kernel).differences();
}

}  // namespace cttrace
