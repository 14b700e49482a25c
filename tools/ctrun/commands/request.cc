// Reading everything that planning needs.
#include "commands/request.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "act/in_root.h"
#include "base/fd.h"
#include "commands/example_config.h"

namespace cttrace::ctrun {
namespace {

constexpr size_t kConfigMost_bytes = 16 << 20;

std::string real_path(const std::string& path, const std::string& what) {
  const std::unique_ptr<char, decltype(&free)> found(realpath(path.c_str(), nullptr), free);
  if (!found) throw Failure(system_error(what, path));
  return found.get();
}

// Annotations choose too: a manager passes them on where it has no way for options.
void take_annotations(Choices& choices, const Config& config) {
  const std::string prefix = "ctrun.";
  for (const auto& [name, value] : config.annotations)
    if (name.rfind(prefix, 0) == 0 && !choose(choices, name.substr(prefix.size()), value))
      throw Failure(Error{.what = "use the annotation", .subject = name, .why = "ctrun knows none of that name"});
}

void take_network(Config& config, const std::string& net) {
  if (net != "host") return;
  auto& all = config.namespaces;
  all.erase(std::remove_if(all.begin(), all.end(), [](const Namespace& each) { return each.type == CLONE_NEWNET; }),
            all.end());
}

// An image of a filesystem needs a loop device, whether the options say so or not.
void find_images(Config& config) {
  for (Mount& mount : config.mounts) {
    struct stat info = {};
    const bool of_a_disk = mount.type == "ext4" || mount.type == "xfs";
    if (of_a_disk && stat(mount.source.c_str(), &info) == 0 && S_ISREG(info.st_mode)) mount.loop = true;
  }
}

// /proc and /sys are not there before they are mounted, but are as the host's are.
void find_masked_folders(Host& host, const Config& config) {
  const Fd root(open(config.rootfs.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) throw Failure(system_error("open the root file system", config.rootfs));
  for (const std::string& path : config.masked_paths) {
    struct stat info = {};
    const bool of_the_kernel = path.rfind("/proc/", 0) == 0 || path.rfind("/sys/", 0) == 0;
    if (of_the_kernel) {
      if (stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) host.masked_folders.insert(path);
    } else if (const Result<Fd> found = find_in_root(root, path)) {
      if (fstat(found->get(), &info) == 0 && S_ISDIR(info.st_mode)) host.masked_folders.insert(path);
    }
  }
}

}  // namespace

Loaded load_request(const Options& options) {
  Loaded loaded;
  Request& request = loaded.request;
  request.id = options.id;
  request.host = read_host();
  request.bundle = real_path(options.bundle.empty() ? "." : options.bundle, "open the bundle");
  std::string config_file = "the configuration";
  if (options.rootfs.empty()) {
    config_file = request.bundle + "/config.json";
    Result<std::string> text = read_file(config_file, kConfigMost_bytes);
    if (!text) {
      Error error = text.error();
      error.remedy = "a bundle has a config.json: `ctrun spec` writes one";
      throw Failure(error);
    }
    loaded.config_text = std::move(*text);
  } else {
    loaded.config_text = config_without_bundle(options);
  }
  request.config = parse_config(loaded.config_text, config_file);
  request.choices = options.choices;
  take_annotations(request.choices, request.config);
  take_network(request.config, request.choices.net);
  const std::string& rootfs = request.config.rootfs;
  request.config.rootfs =
      real_path(rootfs[0] == '/' ? rootfs : request.bundle + "/" + rootfs, "open the root file system");
  if (request.config.rootfs == "/")
    throw Failure(Error{.what = "use as the root file system", .subject = "/", .why = "it is the host's own"});
  find_images(request.config);
  find_masked_folders(request.host, request.config);
  request.waits_for_start =
      options.command == Command::kCreate || (options.command == Command::kPlan && options.detach);
  return loaded;
}

}  // namespace cttrace::ctrun
