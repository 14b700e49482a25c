#include "source/libbpf_errors.h"

#include <bpf/libbpf.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace cttrace {
namespace {

// The last line that libbpf said: the reason, when it fails. The verifier's log is not for a user's eyes.
std::string& libbpf_said() {
  static std::string text;
  return text;
}

int remember_libbpf(libbpf_print_level level, const char* format, va_list arguments) {
  if (level != LIBBPF_WARN) return 0;
  char line[512];
  vsnprintf(line, sizeof(line), format, arguments);
  std::string_view text = line;
  text = text.substr(0, text.find('\n'));
  if (text.starts_with("libbpf: ")) text.remove_prefix(8);
  if (text.find("-- BEGIN") == text.npos && text.find("-- END") == text.npos) libbpf_said() = text;
  return 0;
}

}  // namespace

void remember_what_libbpf_says() { libbpf_set_print(remember_libbpf); }

void libbpf_failed(std::string what, int code) {
  Error error{.code = code, .what = std::move(what), .why = std::strerror(code)};
  error.remedy = "cttrace doctor tells what is missing";
  if (code == EPERM || code == EACCES) {
    error.remedy = geteuid() == 0 ? "this root may not trace: cttrace doctor tells what is missing"
                                  : "run as root, or see cttrace doctor";
  } else if (access("/sys/kernel/btf/vmlinux", R_OK) != 0) {
    error.why = "this kernel has no BTF (/sys/kernel/btf/vmlinux)";
    error.remedy = "a kernel with CONFIG_DEBUG_INFO_BTF=y is needed";
  } else if (!libbpf_said().empty()) {
    error.why += ": " + libbpf_said();
  }
  throw Failure(std::move(error));
}

}  // namespace cttrace
