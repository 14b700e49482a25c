#include "render/story_state.h"

#include <linux/sched.h>

namespace cttrace {

bool has_state(const SetUpStory& story) { return story.state && story.ending == Ending::kHandedOver; }

HandedOverOptions compared_with_starter(const std::vector<ContainerNamespace>& namespaces) {
  constexpr std::pair<uint32_t, ct_ns> kPlaces[] = {
      {CLONE_NEWNS, CT_NS_MNT},    {CLONE_NEWUTS, CT_NS_UTS},   {CLONE_NEWIPC, CT_NS_IPC},
      {CLONE_NEWNET, CT_NS_NET},   {CLONE_NEWPID, CT_NS_PID},   {CLONE_NEWCGROUP, CT_NS_CGROUP},
      {CLONE_NEWTIME, CT_NS_TIME}, {CLONE_NEWUSER, CT_NS_USER},
  };
  HandedOverOptions handed;
  handed.whose = "the starter's";
  for (const ContainerNamespace& ns : namespaces) {
    if (ns.how == ContainerNamespace::How::kJoined && ns.inode) handed.joined.insert(ns.inode);
    if (ns.how == ContainerNamespace::How::kJoined && !ns.of.empty()) handed.owners[ns.inode] = ns.of;
    if (ns.how != ContainerNamespace::How::kStarters) continue;
    for (const auto& [type, place] : kPlaces)
      if (type == ns.type) handed.compared_with[place] = ns.inode;
  }
  handed.compared_with[CT_NS_PID_FOR_CHILDREN] = handed.compared_with[CT_NS_PID];
  handed.compared_with[CT_NS_TIME_FOR_CHILDREN] = handed.compared_with[CT_NS_TIME];
  return handed;
}

}  // namespace cttrace
