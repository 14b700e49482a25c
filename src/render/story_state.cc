#include "render/story_state.h"

#include "cttrace/namespace.h"

namespace cttrace {

bool has_state(const SetUpStory& story) { return story.state && story.ending == Ending::kHandedOver; }

HandedOverOptions compared_with_starter(const std::vector<ContainerNamespace>& namespaces) {
  HandedOverOptions handed;
  handed.whose = "the starter's";
  for (const ContainerNamespace& ns : namespaces) {
    if (ns.how == ContainerNamespace::How::kJoined && ns.inode) handed.joined.insert(ns.inode);
    if (ns.how == ContainerNamespace::How::kJoined && !ns.of.empty()) handed.owners[ns.inode] = ns.of;
    if (ns.how != ContainerNamespace::How::kStarters) continue;
    if (const NamespaceType* const type = find_namespace_type(ns.type))
      handed.compared_with[type->own] = handed.compared_with[type->for_children] = ns.inode;
  }
  return handed;
}

}  // namespace cttrace
