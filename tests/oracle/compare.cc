#include "compare.h"

#include <algorithm>

namespace cttrace::oracle {
namespace {

std::string propagation(uint64_t shared, uint64_t master, bool unbindable, const std::string& prefix) {
  std::string text;
  if (shared != 0) text += " shared:" + prefix + std::to_string(shared);
  if (master != 0) text += " master:" + prefix + std::to_string(master);
  return unbindable ? text + " unbindable" : text;
}

std::map<std::string, std::vector<const Row*>> by_place(const Table& table, const Row* parent) {
  std::map<std::string, std::vector<const Row*>> found;
  for (const Row& row : table) {
    const Row* const above = row.parent < 0 ? nullptr : &table[static_cast<size_t>(row.parent)];
    if (above == parent) found[row.at].push_back(&row);
  }
  return found;
}

// How much speaks for it that they are the same.
int likeness(const Row& kernel, const Row& model) {
  if (kernel.kernel_id == model.kernel_id) return 9;
  return (kernel.root == model.root) + (kernel.source == model.source) + (kernel.type == model.type) +
         (kernel.options == model.options) + ((kernel.shared != 0) == (model.shared != 0)) +
         ((kernel.master != 0) == (model.master != 0)) + (model.kernel_id == 0);
}

// Before 6.17 two mounts may be on one mountpoint of one mount: only one of them is seen, and mountinfo has both.
const Row* take_likest(std::vector<const Row*>& ours, const Row& kernel) {
  if (ours.empty()) return nullptr;
  const auto likest = std::ranges::max_element(
      ours, [&](const Row* a, const Row* b) { return likeness(kernel, *a) < likeness(kernel, *b); });
  const Row* const taken = *likest;
  ours.erase(likest);
  return taken;
}

// A place in a mount as the path that leads there.
std::string seen_at(const Row& row, const std::string& place) {
  const std::string above = row.root == "/" ? "" : row.root;
  if (place == row.root) return row.path;
  if (!place.starts_with(above + "/")) return place + ", which is not below " + row.root;
  return (row.path == "/" ? "" : row.path) + place.substr(above.size());
}

}  // namespace

bool Comparison::Renaming::same(uint64_t kernel, uint64_t model) {
  if (kernel == 0 || model == 0) return kernel == model;
  const auto [there, is_new] = to_model.emplace(kernel, model);
  const auto [back, is_new_too] = to_kernel.emplace(model, kernel);
  return there->second == model && back->second == kernel;
}

void Comparison::differ(std::string what, std::string kernel, std::string model) {
  found_.push_back({where_, std::move(what), std::move(kernel), std::move(model), admitted_});
}

// As mountinfo has it; the model's groups by the kernel's numbers where these are known, else with "our".
std::string Comparison::text(const Row& row, bool model) const {
  std::string line = row.path + " root=" + row.root + " " + row.options;
  if (!model)
    return line + propagation(row.shared, row.master, row.unbindable, "") + " - " + row.type + " " + row.source;
  for (const auto& [group, name] : {std::pair(row.shared, " shared:"), std::pair(row.master, " master:")}) {
    const auto known = groups_.to_kernel.find(group);
    if (group == 0) continue;
    line += name + (known == groups_.to_kernel.end() ? "our" + std::to_string(group) : std::to_string(known->second));
  }
  return line + (row.unbindable ? " unbindable" : "") + " - " + row.type + " " + row.source;
}

void Comparison::rows(const Row& kernel, const Row& model) {
  if (tree_ != 0) matched_.emplace(MountId{tree_, model.slot}, &kernel);
  if (!model.known) {
    ++unknown_;
    return;
  }
  const auto field = [&](const char* what, bool same) {
    if (!same) differ(what, text(kernel, false), text(model, true));
  };
  field("root", kernel.root == model.root);
  field("type", kernel.type == model.type);
  field("source", kernel.source == model.source);
  field("attributes", kernel.options == model.options);
  const bool groups = groups_.same(kernel.shared, model.shared);
  const bool masters = groups_.same(kernel.master, model.master);
  field("propagation", groups && masters && kernel.unbindable == model.unbindable);
  if (!filesystems_.same(kernel.filesystem, model.filesystem)) {
    differ("filesystem: which one", kernel.path + " " + std::to_string(kernel.filesystem),
           model.path + " our " + std::to_string(model.filesystem));
  }
  // There is one nsfs: whoever was there before the trace may have made it read-only, as another sequence does.
  const bool nobody_knows = kernel.type == "nsfs" && !model.read_only;
  if (model.read_only != kernel.read_only && !nobody_knows) {
    differ("filesystem: read-only", kernel.path + (*kernel.read_only ? " ro" : " rw"),
           model.path + (!model.read_only   ? " unknown"
                         : *model.read_only ? " ro"
                                            : " rw"));
  }
  if (model.kernel_id != 0 && model.kernel_id != kernel.kernel_id) {
    differ("id", kernel.path + " " + std::to_string(kernel.kernel_id),
           model.path + " " + std::to_string(model.kernel_id));
  }
}

void Comparison::children(const Table& kernel, const Row* kernel_parent, const Table& model, const Row* model_parent) {
  std::map<std::string, std::vector<const Row*>> ours = by_place(model, model_parent);
  for (const auto& [at, theirs] : by_place(kernel, kernel_parent)) {
    for (const Row* const row : theirs) {
      const Row* const our = take_likest(ours[at], *row);
      if (!our) {
        differ("not in the model", text(*row, false), "");
        continue;
      }
      rows(*row, *our);
      children(kernel, row, model, our);
    }
  }
  for (const auto& [at, left] : ours)
    for (const Row* const row : left) differ("only in the model", "", text(*row, true));
}

void Comparison::place(const char* what, const TaskState& task, const Place& place, uint32_t kernel_id,
                       const std::string& kernel_path) {
  const std::string kernel = kernel_path + " in mount " + std::to_string(kernel_id);
  const auto row = matched_.find(place.mount);
  if (row == matched_.end()) {
    // A mount that no table shows: it has left, or something on the root of its namespace hides it.
    const MountTree* const own = state_.mounts_of(task);
    const bool hidden = own && !place.detached && own->find(place.mount.slot);
    if (kernel_ids_.contains(kernel_id))
      differ(what, kernel, "in no mount that is seen");
    else if (!place.detached && !hidden)
      differ(what, kernel + ", detached", "not detached: " + place.shown);
    return;
  }
  const std::string model = seen_at(*row->second, place.path);
  if (row->second->kernel_id != kernel_id || model != kernel_path) {
    differ(what, kernel, model + " in mount " + std::to_string(row->second->kernel_id));
  }
}

// Below a root of its own it may see what something hides from who enters the namespace.
void Comparison::own_view(const ActorResult& actor, const MountTree& tree, const Place& root) {
  const Table& kernel = own_tables_.emplace_back(table_of(actor.mountinfo));
  if (!tree.find(root.mount.slot)) return differ("own view", "has mounts", "its root is in no tree");
  tree_ = actor.root == "/" ? root.mount.tree : 0;
  children(kernel, nullptr, table_of(state_, tree, root.mount.slot, root.path), nullptr);
}

void Comparison::actor(int number, const ActorResult& actor) {
  where_ = "actor " + std::to_string(number);
  admitted_ = false;
  const TaskState* const task = state_.task_with(actor.tid);
  if (!task) return differ("task", std::to_string(actor.tid), "not in the model");
  const Namespace* const ns = state_.ns_of(*task, CT_NS_MNT);
  if (!ns) return differ("mount namespace", std::to_string(actor.mount_ns), "not known");
  if (ns->inode != 0 && ns->inode != actor.mount_ns) {
    return differ("mount namespace", std::to_string(actor.mount_ns), std::to_string(ns->inode));
  }
  const MountTree* const tree = state_.tree(ns->mounts);
  if (!tree) return differ("mount table", "", "not known");
  const auto info = state_.mount_objects->trees.find(ns->mounts);
  admitted_ = info != state_.mount_objects->trees.end() && !info->second.doubt.empty();
  if (admitted_) doubts_.insert(info->second.doubt);
  if (done_.insert(actor.mount_ns).second) {
    where_ = "namespace of actor " + std::to_string(number);
    tree_ = ns->mounts;
    children(kernel_tables_.at(actor.mount_ns), nullptr, table_of(state_, *tree), nullptr);
    where_ = "actor " + std::to_string(number);
  }
  const FsStruct* const fs = state_.fs_of(*task);
  if (!fs) return differ("root and cwd", actor.root + " " + actor.cwd, "not known");
  if (!actor.mountinfo.empty()) own_view(actor, *tree, fs->root);
  place("root", *task, fs->root, actor.root_id, actor.root);
  place("cwd", *task, fs->cwd, actor.cwd_id, actor.cwd);
}

std::vector<Difference> Comparison::run() {
  for (const auto& [inode, ns] : result_.namespaces) {
    const Table& table = kernel_tables_[inode] = table_of(ns.mountinfo);
    for (const Row& row : table) kernel_ids_.insert(row.kernel_id);
  }
  for (const auto& [number, it] : result_.actors) actor(number, it);
  return std::move(found_);
}

}  // namespace cttrace::oracle
