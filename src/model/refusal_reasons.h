// What refusals.def has in its rows: each says in words what is in the way of a call, empty where it is not, or where
// that is not known.
#pragma once

#include <string>

#include "model/refused.h"

namespace cttrace {

using Reason = std::string (*)(const Refused& refused);

// --- refusals_mounts.cc: mount, open_tree, mount_setattr
std::string may_not_mount(const Refused& refused);
std::string may_not_clone_mounts(const Refused& refused);
std::string may_not_show(const Refused& refused);
std::string may_not_mount_type(const Refused& refused);
std::string reveals_too_much(const Refused& refused);
std::string takes_locked_options(const Refused& refused);
std::string takes_locked_attributes(const Refused& refused);
std::string has_an_id_map(const Refused& refused);
std::string is_attached_already(const Refused& refused);
std::string takes_no_id_map(const Refused& refused);
std::string source_is_missing(const Refused& refused);
std::string is_no_known_filesystem(const Refused& refused);
std::string option_has_unmapped_id(const Refused& refused);
std::string filesystem_refuses(const Refused& refused);
std::string makes_too_many_mounts(const Refused& refused);
std::string overlay_is_missing(const Refused& refused);
std::string overlay_overlaps(const Refused& refused);
std::string is_no_block_device(const Refused& refused);
std::string is_mounted_there_already(const Refused& refused);
std::string is_open_for_writing(const Refused& refused);
std::string binds_elsewhere(const Refused& refused);
std::string mounts_elsewhere(const Refused& refused);
std::string is_no_mount_point(const Refused& refused);
std::string is_no_mount_point_at(const Refused& refused);
std::string is_unbindable(const Refused& refused);
std::string hides_what_is_locked(const Refused& refused);
std::string only_one_is_a_folder(const Refused& refused);

// --- refusals_moves.cc: move_mount, MS_MOVE, umount
std::string moves_no_mount(const Refused& refused);
std::string moves_what_is_locked(const Refused& refused);
std::string moves_from_shared(const Refused& refused);
std::string moves_unbindable(const Refused& refused);
std::string moves_below_itself(const Refused& refused);
std::string unmounts_with_strange_flags(const Refused& refused);
std::string unmounts_by_force(const Refused& refused);
std::string nothing_to_unmount(const Refused& refused);
std::string unmounts_what_is_locked(const Refused& refused);
std::string mounts_are_on_it(const Refused& refused);
std::string is_its_root_in_use(const Refused& refused);
std::string is_in_use(const Refused& refused);

// --- refusals_roots.cc: pivot_root, chroot
std::string may_not_change_root(const Refused& refused);
std::string pivots_elsewhere(const Refused& refused);
std::string pivots_among_shared(const Refused& refused);
std::string pivots_to_what_is_locked(const Refused& refused);
std::string pivots_on_one_mount(const Refused& refused);
std::string pivots_in_chroot(const Refused& refused);
std::string pivots_the_first_root(const Refused& refused);
std::string pivots_to_no_mount_point(const Refused& refused);
std::string puts_old_elsewhere(const Refused& refused);

// --- refusals_tasks.cc: clone, unshare, setns, execve, names
std::string may_not_make_namespaces(const Refused& refused);
std::string makes_users_in_chroot(const Refused& refused);
std::string may_not_make_users(const Refused& refused);
std::string makes_too_many(const Refused& refused);
std::string has_other_pids_already(const Refused& refused);
std::string has_children_elsewhere(const Refused& refused);
std::string shares_what_is_copied(const Refused& refused);
std::string cgroup_is_not_for_processes(const Refused& refused);
std::string ids_are_not_mapped_yet(const Refused& refused);
std::string has_several_threads(const Refused& refused);
std::string first_process_has_ended(const Refused& refused);
std::string makes_too_many_processes(const Refused& refused);
std::string joins_no_namespace(const Refused& refused);
std::string joins_another_type(const Refused& refused);
std::string joins_its_own_users(const Refused& refused);
std::string joins_users_with_threads(const Refused& refused);
std::string joins_time_with_threads(const Refused& refused);
std::string joins_mounts_with_shared_root(const Refused& refused);
std::string may_not_join(const Refused& refused);
std::string may_not_name(const Refused& refused);
std::string is_too_long_a_name(const Refused& refused);
std::string is_mounted_noexec(const Refused& refused);
std::string is_no_program(const Refused& refused);
std::string is_being_written(const Refused& refused);

// --- refusals_privileges.cc: capabilities, securebits, seccomp
std::string sets_capabilities_of_another(const Refused& refused);
std::string raises_inheritable(const Refused& refused);
std::string raises_permitted(const Refused& refused);
std::string raises_effective(const Refused& refused);
std::string may_not_drop(const Refused& refused);
std::string is_no_capability(const Refused& refused);
std::string raises_ambient(const Refused& refused);
std::string changes_locked_securebits(const Refused& refused);
std::string may_not_set_securebits(const Refused& refused);
std::string may_not_filter(const Refused& refused);
std::string has_a_listener(const Refused& refused);

// --- refusals_identity.cc: ids, limits, device nodes, control files
std::string has_unmapped_id(const Refused& refused);
std::string has_unmapped_group(const Refused& refused);
std::string ids_are_unmapped(const Refused& refused);
std::string may_not_set_uids(const Refused& refused);
std::string may_not_set_gids(const Refused& refused);
std::string setgroups_is_denied(const Refused& refused);
std::string groups_are_not_mapped_yet(const Refused& refused);
std::string may_not_set_groups(const Refused& refused);
std::string may_not_raise_limit(const Refused& refused);
std::string may_not_make_devices(const Refused& refused);
std::string may_not_lower_oom_score(const Refused& refused);
std::string is_no_map(const Refused& refused);
std::string is_mapped_already(const Refused& refused);
std::string maps_what_is_not_there(const Refused& refused);
std::string may_not_map(const Refused& refused);
std::string setgroups_is_settled(const Refused& refused);
std::string cgroup_has_controllers(const Refused& refused);
std::string cgroup_has_processes(const Refused& refused);
std::string uses_more_already(const Refused& refused);
std::string has_no_such_profile(const Refused& refused);
std::string has_no_cpus(const Refused& refused);
std::string has_no_such_controller(const Refused& refused);

}  // namespace cttrace
