// What /proc says of a process, as it says it. Read by src/source, understood by src/model.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cttrace {

// The text of a file, where a link leads, or why that could not be read.
struct ProcAnswer {
  std::string text;
  int error = 0;  // a positive errno
};

// By the name below /proc/PID: "status", "ns/mnt". Of "root" and "cwd", beside where they lead, "root/mount_id" and
// "cwd/mount_id": the mount that they are in, as mountinfo counts.
using ProcAnswers = std::map<std::string, ProcAnswer, std::less<>>;

// An open descriptor: where its link leads, and what fdinfo says.
struct ProcDescriptor {
  int fd = -1;
  std::string link, info;
};

// A device node below the process's /dev.
struct ProcDevice {
  std::string path;  // from the process's root
  uint32_t mount_id = 0;
  uint32_t mode = 0, major = 0, minor = 0, uid = 0, gid = 0;
};

struct ProcReading {
  uint32_t pid = 0;  // as in /proc
  ProcAnswers process;
  std::vector<ProcDescriptor> descriptors;  // those above 2, where process["fd"] is no error; without it nobody looked
  std::vector<ProcDevice> devices;
  uint64_t began_ns = 0, ended_ns = 0;  // CLOCK_BOOTTIME, before and after reading
};

// What a process is compared with, to tell what is the host's.
struct ProcSurroundings {
  ProcAnswers first;    // of PID 1: ns/* only
  ProcAnswers self;     // of cttrace
  std::string hostname;  // in cttrace's UTS namespace
};

}  // namespace cttrace
