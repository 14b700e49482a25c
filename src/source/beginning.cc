#include "source/beginning.h"

#include <bpf/btf.h>
#include <sys/utsname.h>

#include <cstring>
#include <ctime>
#include <memory>

#include "source/synthetic.h"

namespace cttrace {
namespace {

Abi machine() {
  utsname name = {};
  uname(&name);
  return std::strcmp(name.machine, "aarch64") == 0 ? Abi::aarch64 : Abi::x86_64;
}

int64_t realtime_offset_ns() {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec - static_cast<int64_t>(boottime_ns());
}

bool has_member(const btf& types, const char* structure, std::string_view member) {
  const int id = btf__find_by_name_kind(&types, structure, BTF_KIND_STRUCT);
  if (id < 0) return false;
  const btf_type* const type = btf__type_by_id(&types, static_cast<__u32>(id));
  const btf_member* const members = btf_members(type);
  // Also in an unnamed union: those have members of their own.
  for (uint32_t i = 0; i < btf_vlen(type); ++i)
    if (member == btf__name_by_offset(&types, members[i].name_off)) return true;
  return false;
}

}  // namespace

void tell_beginning(TraceInfo& info) {
  info.start_ns = boottime_ns();
  info.realtime_offset_ns = realtime_offset_ns();
  info.machine = machine();
}

std::vector<std::string> kernel_traits() {
  std::vector<std::string> traits;
  const std::unique_ptr<btf, decltype(&btf__free)> types(btf__parse_raw("/sys/kernel/btf/vmlinux"), btf__free);
  if (!types) return traits;
  if (has_member(*types, "mnt_namespace", "nr_mounts")) traits.emplace_back("mount.by_id");
  if (has_member(*types, "mount", "overmount")) traits.emplace_back("mount.overmount");
  return traits;
}

}  // namespace cttrace
