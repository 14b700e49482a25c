// state.json and its folder.
#include "state/state.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

namespace cttrace::ctrun {
namespace {

constexpr size_t kStateMost_bytes = 16 << 20;

void write_file(const std::string& path, const std::string& text) {
  const std::string part = path + ".part";
  {
    const Fd file(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) throw Failure(system_error("write", path));
    if (const Status written = write_all(file.get(), text, path); !written) throw Failure(written.error());
  }
  // A reader sees the old or the new one, never half of it.
  if (rename(part.c_str(), path.c_str()) != 0) throw Failure(system_error("write", path));
}

std::string read_text(const std::string& path) {
  Result<std::string> text = read_file(path, kStateMost_bytes);
  if (!text) throw Failure(text.error());
  return std::move(*text);
}

bool is_frozen(const ContainerState& state) {
  for (const std::string& cgroup : state.cgroups) {
    for (const char* file : {"/freezer.state", "/cgroup.freeze"}) {
      const Result<std::string> text = read_file(cgroup + file, kStateMost_bytes);
      if (text && (*text == "FROZEN\n" || *text == "FREEZING\n" || *text == "1\n")) return true;
    }
  }
  return false;
}

}  // namespace

std::string status_name(ContainerStatus status) {
  switch (status) {
    case ContainerStatus::kCreating: return "creating";
    case ContainerStatus::kCreated: return "created";
    case ContainerStatus::kRunning: return "running";
    case ContainerStatus::kPaused: return "paused";
    case ContainerStatus::kStopped: return "stopped";
  }
  return {};
}

void check_id(const std::string& id) {
  const bool plain = std::all_of(id.begin(), id.end(), [](char letter) {
    return isalnum(static_cast<unsigned char>(letter)) || letter == '_' || letter == '+' || letter == '-' ||
           letter == '.';
  });
  if (id.empty() || !plain || id == "." || id == ".." || id.size() > 1024)
    throw Failure(Error{.what = "use the container id",
                        .subject = id,
                        .why = "it must be letters, digits and _ + - . only",
                        .remedy = {}});
}

StateFolder StateFolder::create(const std::string& root, const std::string& id) {
  check_id(id);
  std::error_code failed;
  std::filesystem::create_directories(root, failed);
  if (failed) throw Failure(system_error("make the state folder", root, failed.value()));
  const std::string path = root + "/" + id;
  if (mkdir(path.c_str(), 0711) != 0) {
    if (errno == EEXIST)
      throw Failure(Error{.code = EEXIST,
                          .what = "create container",
                          .subject = id,
                          .why = "container with given ID already exists",
                          .remedy = "ctrun delete " + id});
    throw Failure(system_error("make the state folder", path));
  }
  try {
    return open(root, id, true);
  } catch (const Failure&) {
    rmdir(path.c_str());
    throw;
  }
}

StateFolder StateFolder::open(const std::string& root, const std::string& id, bool exclusive) {
  check_id(id);
  const std::string path = root + "/" + id;
  Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder)
    throw Failure(errno == ENOENT ? Error{.code = ENOENT,
                                          .what = "find container",
                                          .subject = id,
                                          .why = "container does not exist",
                                          .remedy = "ctrun list"}
                                  : system_error("open the state of", id));
  StateFolder opened(path, std::move(folder));
  if (exclusive) opened.lock();
  return opened;
}

void StateFolder::save(const ContainerState& state) const {
  const nlohmann::json document = {{"id", state.id},
                                   {"bundle", state.bundle},
                                   {"rootfs", state.rootfs},
                                   {"created", state.created},
                                   {"pid", state.pid},
                                   {"start_time", state.start_time},
                                   {"cgroups", state.cgroups},
                                   {"annotations", state.annotations},
                                   {"chroot_only", state.chroot_only},
                                   {"oci_version", state.oci_version}};
  write_file(path_ + "/state.json", document.dump() + "\n");
}

std::optional<ContainerState> StateFolder::load() const {
  const Result<std::string> text = read_file(path_ + "/state.json", kStateMost_bytes);
  if (!text) return std::nullopt;
  try {
    const nlohmann::json document = nlohmann::json::parse(*text);
    return ContainerState{.id = document.at("id"),
                          .bundle = document.at("bundle"),
                          .rootfs = document.at("rootfs"),
                          .created = document.at("created"),
                          .pid = document.at("pid"),
                          .start_time = document.at("start_time"),
                          .cgroups = document.at("cgroups"),
                          .annotations = document.at("annotations"),
                          .chroot_only = document.at("chroot_only"),
                          .oci_version = document.at("oci_version")};
  } catch (const nlohmann::json::exception&) {
    throw Failure(Error{.what = "read", .subject = path_ + "/state.json", .why = "it is not as ctrun writes it"});
  }
}

void StateFolder::write_config(const std::string& text) const { write_file(config_path(), text); }
std::string StateFolder::read_config() const { return read_text(config_path()); }

void StateFolder::remove() const {
  std::error_code failed;
  std::filesystem::remove_all(path_, failed);
  if (failed) throw Failure(system_error("remove", path_, failed.value()));
}

void StateFolder::lock() const {
  while (flock(lock_.get(), LOCK_EX) != 0)
    if (errno != EINTR) throw Failure(system_error("lock", path_));
}

void StateFolder::unlock() const { flock(lock_.get(), LOCK_UN); }

uint64_t start_time_of(pid_t pid) {
  if (pid <= 0) return 0;
  const Result<std::string> text = read_file("/proc/" + std::to_string(pid) + "/stat", kStateMost_bytes);
  if (!text) return 0;
  // The name, which may have spaces and brackets in it, ends at the last bracket; field 3 follows.
  std::istringstream fields(text->substr(text->rfind(')') + 1));
  std::string state, skipped;
  fields >> state;
  if (state == "Z" || state == "X") return 0;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  uint64_t ticks = 0;
  fields >> ticks;
  return ticks;
}

bool is_alive(const ContainerState& state) {
  return state.start_time != 0 && start_time_of(state.pid) == state.start_time;
}

ContainerStatus status_of(const StateFolder& folder, const ContainerState& state) {
  if (!is_alive(state)) return ContainerStatus::kStopped;
  struct stat ignored = {};
  if (stat(folder.start_fifo().c_str(), &ignored) == 0) return ContainerStatus::kCreated;
  return is_frozen(state) ? ContainerStatus::kPaused : ContainerStatus::kRunning;
}

std::string oci_state(const ContainerState& state, const std::string& status, pid_t pid) {
  nlohmann::ordered_json document = {{"ociVersion", state.oci_version},
                                     {"id", state.id},
                                     {"pid", pid},
                                     {"status", status},
                                     {"bundle", state.bundle},
                                     {"rootfs", state.rootfs},
                                     {"created", state.created},
                                     {"owner", ""}};
  if (!state.annotations.empty()) document["annotations"] = state.annotations;
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace cttrace::ctrun
