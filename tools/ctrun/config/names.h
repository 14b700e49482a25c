// The kernel's names of numbers: what configurations are written in, and what plans are printed in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cttrace::ctrun {

std::string clone_flags_text(uint64_t flags);            // "CLONE_NEWNS|CLONE_NEWPID"; 0 is "0"
std::string mount_flags_text(unsigned long flags);       // "MS_BIND|MS_REC"
std::string mount_attributes_text(uint64_t attributes);  // "MOUNT_ATTR_RDONLY"
std::string in_quotes(std::string_view text);            // as in strace
std::string octal(uint32_t mode);                        // "0644"

struct NamespaceKind {
  uint64_t flag;          // CLONE_NEW*
  std::string_view oci;   // "mount": in config.json
  std::string_view proc;  // "mnt": in /proc/PID/ns
};
// All that there are, in the order in which they are joined: user first, that the others may be; mnt last.
const std::vector<NamespaceKind>& namespace_kinds();
const NamespaceKind& namespace_kind(uint64_t flag);

std::optional<int> limit_by_name(std::string_view name);  // RLIMIT_*
std::string capabilities_text(uint64_t bits);             // "CAP_KILL, CAP_CHOWN"; "none"
// Bit of the capability, or nothing where there is none of the name. Any case, with CAP_ or without.
std::optional<uint64_t> capability_by_name(const std::string& name);
std::optional<int> signal_by_name(std::string name);  // "KILL", "SIGKILL", "9"

}  // namespace cttrace::ctrun
