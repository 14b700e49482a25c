// Peer groups: who is in them, who receives from them, and what becomes of them.
//
// All mounts of a peer group have the same master group, as in the kernel; so a group's place among the others is kept
// once, in State::mount_objects; mounts have its number, and their master's.
#pragma once

#include <cstdint>
#include <vector>

#include "cttrace/state.h"

namespace cttrace {

uint32_t new_group(State& state, uint32_t master);
// A mount of the tree is in the group now, or is its slave.
void note_link(State& state, uint32_t group, TreeId tree);
// Mounts have left the group: when they were the last ones, its slaves have its master now.
void members_left(State& state, uint32_t group);
uint32_t master_of_group(const State& state, uint32_t group);

std::vector<MountId> members_of(const State& state, uint32_t group);

// Mounts that receive what happens on one of a group: the group itself first, every master before its slaves.
struct Receiver {
  uint32_t group = 0;  // 0: one slave that is in no group
  size_t master = 0;   // index of the receiver that this one receives from
  std::vector<MountId> mounts;
};
std::vector<Receiver> receivers_of(const State& state, uint32_t group);

// Forgets groups and filesystems that nothing refers to; seldom does anything.
void forget_unused(State& state);

}  // namespace cttrace
