#include "cli/same_file.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "check/policy.h"

namespace cttrace {
namespace {

namespace fs = std::filesystem;

bool is_standard_stream(const std::string& name) { return name.empty() || name == "-"; }

// Its links lead to what a process has open, whatever they say (proc(5), /proc/PID/fd).
bool is_of_proc(const fs::path& folder) {
  struct statfs filesystem = {};
  return ::statfs(folder.c_str(), &filesystem) == 0 && filesystem.f_type == PROC_SUPER_MAGIC;
}

}  // namespace

std::optional<fs::path> place_of(const std::string& name) {
  constexpr int kMostLinks = 40;  // as the kernel's MAXSYMLINKS
  std::error_code problem;
  fs::path path = fs::absolute(name, problem);
  for (int links = 0; links < kMostLinks && fs::is_symlink(path, problem); ++links) {
    const fs::path folder = path.parent_path();
    if (is_of_proc(folder)) return std::nullopt;
    path = folder / fs::read_symlink(path, problem);
  }
  fs::path place = fs::weakly_canonical(path, problem);
  return problem ? path : place;
}

bool is_one_file(const std::string& one, const std::string& other) {
  const std::string first = is_standard_stream(one) ? "/dev/stdout" : one;
  const std::string second = is_standard_stream(other) ? "/dev/stdout" : other;
  if (first == second) return true;
  struct stat a = {}, b = {};
  if (::stat(first.c_str(), &a) == 0 && ::stat(second.c_str(), &b) == 0)
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
  const std::optional<fs::path> place = place_of(first);
  return place && place == place_of(second);
}

Status check_not_the_same(const std::string& written, const std::string& other, const std::string& what) {
  if (is_standard_stream(written) || is_standard_stream(other)) return Ok{};
  std::error_code problem;
  // Devices and pipes keep nothing that could be destroyed.
  if (fs::is_other(written, problem) || !is_one_file(written, other)) return Ok{};
  return Error{.what = "write to",
               .subject = written,
               .why = what + " is the same file",
               .remedy = "give each a name of its own",
               .exit_status = 2};
}

Status check_not_read(const std::string& written, const Options& options) {
  Status distinct = Ok{};
  const auto check = [&](const std::string& read, const std::string& what) {
    if (distinct) distinct = check_not_the_same(written, read, what);
  };
  for (const std::string& file : options.operands) check(file, "the recording");
  check(options.baseline, "the baseline");
  check(options.reference, "the reference");
  check(options.oci, "the OCI configuration");
  for (const std::string& policy : options.policies)
    if (!find_built_in(policy)) check(policy, "the policy");
  return distinct;
}

}  // namespace cttrace
