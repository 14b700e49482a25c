// How a container is made where there are several ways: they all hand over the same.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace cttrace::ctrun {

enum class CreateBy { kClone, kClone3, kUnshare };
enum class MountBy { kPath, kFd, kNewApi };
enum class RootBy { kPivot, kPivotFolder, kMove, kChroot };
enum class DevicesBy { kMknod, kBind, kDevtmpfs };

// Real-life mistakes, made on purpose.
enum class Mistake {
  kNone,
  kOldRootMounted,
  kSharedPropagation,
  kHostProc,
  kWritableSys,
  kUnmaskedPath,
  kWritablePath,
  kLeakedFd,
  kCwdOutside,
  kNoNewPrivsForgotten,
  kCapabilitiesKept,
  kSeccompTooLate,
  kChrootOnly,
  kDiskDevice,
  kSetuidFirst,
};

struct MistakeRow {
  Mistake mistake;
  std::string name;      // "old-root-mounted"
  std::string sentence;  // what is wrong, and what follows
};
const std::vector<MistakeRow>& mistakes();

struct Choices {
  CreateBy create = CreateBy::kClone;
  MountBy mounts = MountBy::kFd;
  RootBy root = RootBy::kPivot;
  DevicesBy devices = DevicesBy::kMknod;
  Mistake mistake = Mistake::kNone;
  std::string net = {};  // "none", "host", "veth:ADDR/LEN"; empty: as the configuration says
  bool new_keyring = true;
};

}  // namespace cttrace::ctrun
