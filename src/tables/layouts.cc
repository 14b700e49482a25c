// Struct arguments, field by field: offsets and sizes are those of the kernel's headers.
#include <linux/filter.h>

#include <algorithm>

#include "cttrace/syscalls.h"
#include "tables/fallbacks.h"

namespace cttrace {
namespace {

#define FIELD(type, field, ...) \
  { #field, offsetof(type, field), sizeof(type::field), __VA_ARGS__ }

constexpr Field kCloneArgs[] = {
    FIELD(clone_args, flags, ArgKind::kFlags, "clone3_flags"),
    FIELD(clone_args, pidfd, ArgKind::kAddress),
    FIELD(clone_args, child_tid, ArgKind::kAddress),
    FIELD(clone_args, parent_tid, ArgKind::kAddress),
    FIELD(clone_args, exit_signal, ArgKind::kSignal),
    FIELD(clone_args, stack, ArgKind::kAddress),
    FIELD(clone_args, stack_size, ArgKind::kHex),
    FIELD(clone_args, tls, ArgKind::kAddress),
    FIELD(clone_args, set_tid, ArgKind::kAddress),
    FIELD(clone_args, set_tid_size, ArgKind::kUnsigned),
    FIELD(clone_args, cgroup, ArgKind::kFd),
};

constexpr Field kMountAttr[] = {
    FIELD(mount_attr, attr_set, ArgKind::kFlags, "mount_attributes"),
    FIELD(mount_attr, attr_clr, ArgKind::kFlags, "mount_attributes"),
    FIELD(mount_attr, propagation, ArgKind::kFlags, "propagation"),
    FIELD(mount_attr, userns_fd, ArgKind::kFd),
};

constexpr Field kOpenHow[] = {
    FIELD(open_how, flags, ArgKind::kFlags, "open_flags"),
    FIELD(open_how, mode, ArgKind::kMode),
    FIELD(open_how, resolve, ArgKind::kFlags, "resolve_flags"),
};

constexpr Field kCapHeader[] = {
    FIELD(__user_cap_header_struct, version, ArgKind::kEnum, "capability_versions"),
    FIELD(__user_cap_header_struct, pid, ArgKind::kPid),
};

// Two structs, of which the second has the upper halves (since version 2).
constexpr uint16_t kHigh = sizeof(__user_cap_data_struct);
constexpr Field kCapData[] = {
    {"effective", 0, 4, ArgKind::kFlags, "capability_sets", kHigh},
    {"permitted", 4, 4, ArgKind::kFlags, "capability_sets", kHigh + 4},
    {"inheritable", 8, 4, ArgKind::kFlags, "capability_sets", kHigh + 8},
};

constexpr Field kRlimit64[] = {
    FIELD(rlimit64, rlim_cur, ArgKind::kLimit),
    FIELD(rlimit64, rlim_max, ArgKind::kLimit),
};

// struct compat_rlimit
constexpr Field kRlimit32[] = {
    {"rlim_cur", 0, 4, ArgKind::kLimit},
    {"rlim_max", 4, 4, ArgKind::kLimit},
};

constexpr Field kSockFprog[] = {
    FIELD(sock_fprog, len, ArgKind::kUnsigned),
    FIELD(sock_fprog, filter, ArgKind::kAddress),
};

// struct compat_sock_fprog
constexpr Field kSockFprog32[] = {
    {"len", 0, 2, ArgKind::kUnsigned},
    {"filter", 4, 4, ArgKind::kAddress},
};

constexpr Field kMmMap[] = {
    FIELD(prctl_mm_map, start_code, ArgKind::kAddress),  FIELD(prctl_mm_map, end_code, ArgKind::kAddress),
    FIELD(prctl_mm_map, start_data, ArgKind::kAddress),  FIELD(prctl_mm_map, end_data, ArgKind::kAddress),
    FIELD(prctl_mm_map, start_brk, ArgKind::kAddress),   FIELD(prctl_mm_map, brk, ArgKind::kAddress),
    FIELD(prctl_mm_map, start_stack, ArgKind::kAddress), FIELD(prctl_mm_map, arg_start, ArgKind::kAddress),
    FIELD(prctl_mm_map, arg_end, ArgKind::kAddress),     FIELD(prctl_mm_map, env_start, ArgKind::kAddress),
    FIELD(prctl_mm_map, env_end, ArgKind::kAddress),     FIELD(prctl_mm_map, auxv, ArgKind::kAddress),
    FIELD(prctl_mm_map, auxv_size, ArgKind::kUnsigned),  FIELD(prctl_mm_map, exe_fd, ArgKind::kFd),
};

constexpr Field kNotifySizes[] = {
    FIELD(seccomp_notif_sizes, seccomp_notif, ArgKind::kUnsigned),
    FIELD(seccomp_notif_sizes, seccomp_notif_resp, ArgKind::kUnsigned),
    FIELD(seccomp_notif_sizes, seccomp_data, ArgKind::kUnsigned),
};

#undef FIELD

constexpr Layout kLayouts[] = {
    {"clone_args", sizeof(clone_args), kCloneArgs},
    {"mount_attr", sizeof(mount_attr), kMountAttr},
    {"open_how", sizeof(open_how), kOpenHow},
    {"cap_header", sizeof(__user_cap_header_struct), kCapHeader},
    {"cap_data", 2 * sizeof(__user_cap_data_struct), kCapData},
    {"rlimit64", sizeof(rlimit64), kRlimit64},
    {"rlimit32", 8, kRlimit32},
    {"sock_fprog", sizeof(sock_fprog), kSockFprog},
    {"sock_fprog32", 8, kSockFprog32},
    {"seccomp_notif_sizes", sizeof(seccomp_notif_sizes), kNotifySizes},
    {"prctl_mm_map", sizeof(prctl_mm_map), kMmMap},
};

}  // namespace

std::span<const Layout> layouts() { return kLayouts; }

const Layout* layout(std::string_view name) {
  const auto* found = std::ranges::find(kLayouts, name, &Layout::name);
  return found == std::end(kLayouts) ? nullptr : found;
}

}  // namespace cttrace
