// Any text as what /proc says of a task, and as a path that a task uses.
#include <cstdint>

#include "base/mountinfo_line.h"
#include "base/proc_text.h"
#include "expect.h"
#include "source/ptrace/magic_path.h"
#include "source/ptrace/mount_views.h"
#include "source/ptrace/task_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cttrace;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ptrace::MountView view = ptrace::parse_mount_view(text);
  for (const ptrace::SeenMount& mount : view.mounts) {
    expect(mount.mountpoint.starts_with('/'), "a mountpoint is a path");
    expect(view.with_id(mount.id) != nullptr, "a mount is found by its id");
    expect(ptrace::components_of(mount.mountpoint).size() <= mount.mountpoint.size(), "components are no longer");
    view.answers(mount.root);
  }
  if (const auto magic = ptrace::parse_magic_path(text)) {
    expect(magic->prefix <= text.size() && magic->fd >= 0, "a prefix is of the path");
    expect(ptrace::parse_magic_path(text.substr(0, magic->prefix)).has_value(), "it names the same alone");
  }
  ptrace::parse_descriptor_info(text);
  if (const auto stat = parse_stat(text)) expect(stat->comm.size() < size, "a name is of the text");
  parse_cgroups(text);
  parse_namespace_link(text);
  for (const char* key : {"Uid", "NSpid", ""}) {
    const auto value = status_value(text, key);
    if (value) parse_numbers(*value, 16);
  }
  return 0;
}
