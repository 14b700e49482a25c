// Choices by name.
#include "base/nearest.h"
#include "commands/options.h"

namespace cttrace::ctrun {
namespace {

template <typename T>
using Words = std::vector<std::pair<std::string_view, T>>;

template <typename T>
T word(const std::string& name, const std::string& value, const Words<T>& words) {
  std::string known;
  for (const auto& [each, meaning] : words) {
    if (each == value) return meaning;
    known += (known.empty() ? "" : ", ") + std::string(each);
  }
  throw Failure(Error{.what = "use --" + name, .subject = value, .why = "it is none of " + known, .exit_status = 2});
}

Mistake mistake_by_name(const std::string& value) {
  std::vector<std::string_view> names;
  for (const MistakeRow& row : mistakes()) {
    if (row.name == value) return row.mistake;
    names.push_back(row.name);
  }
  Error error{.what = "use --mistake",
              .subject = value,
              .why = "there is none of that name",
              .remedy = did_you_mean(value, names),
              .exit_status = 2};
  if (error.remedy.empty()) error.remedy = "ctrun mistakes";
  throw Failure(error);
}

}  // namespace

bool choose(Choices& choices, const std::string& name, const std::string& value) {
  if (name == "create-by")
    choices.create = word<CreateBy>(
        name, value, {{"clone", CreateBy::kClone}, {"clone3", CreateBy::kClone3}, {"unshare", CreateBy::kUnshare}});
  else if (name == "mount-by")
    choices.mounts =
        word<MountBy>(name, value, {{"path", MountBy::kPath}, {"fd", MountBy::kFd}, {"new", MountBy::kNewApi}});
  else if (name == "root-by")
    choices.root = word<RootBy>(name, value,
                                {{"pivot", RootBy::kPivot},
                                 {"pivot-folder", RootBy::kPivotFolder},
                                 {"move", RootBy::kMove},
                                 {"chroot", RootBy::kChroot}});
  else if (name == "devices-by")
    choices.devices = word<DevicesBy>(
        name, value, {{"mknod", DevicesBy::kMknod}, {"bind", DevicesBy::kBind}, {"devtmpfs", DevicesBy::kDevtmpfs}});
  else if (name == "mistake")
    choices.mistake = mistake_by_name(value);
  else if (name == "net")
    choices.net = value;
  else
    return false;
  return true;
}

}  // namespace cttrace::ctrun
