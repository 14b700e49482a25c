// States made by hand: what /proc would say, understood by from_proc.
#pragma once

#include <cerrno>
#include <string>

#include "model/from_proc.h"

namespace cttrace {

// A process of a container, readable as a whole; `mountinfo` is its mount table.
inline ProcReading made_reading(const std::string& mountinfo) {
  ProcReading reading{.pid = 700, .process = {}, .devices = {}, .began_ns = 1000, .ended_ns = 2000};
  const auto say = [&](const char* name, const std::string& text) {
    reading.process[name] = {.text = text, .error = 0};
  };
  say("stat", "700 (sh) S 600 700 700 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 5000 0 0\n");
  say("status",
      "Name:\tsh\nTgid:\t700\nUid:\t100000\t100000\t100000\t100000\nGid:\t100000\t100000\t100000\t100000\n"
      "Groups:\t100005 \nNSpid:\t700\t1\nCapInh:\t0000000000000000\nCapPrm:\t00000000a80425fb\n"
      "CapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\nCapAmb:\t0000000000000000\n"
      "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n");
  const std::string cmdline("/bin/sh\0-c\0sleep 1\0", 19);
  say("cmdline", cmdline);
  say("exe", "/bin/busybox");
  say("uid_map", "         0     100000      65536\n");
  say("gid_map", "         0     100000      65536\n");
  say("setgroups", "allow\n");
  say("cgroup", "2:pids:/web\n1:cpu:/web\n0::/\n");
  say("oom_score_adj", "-500\n");
  say("personality", "00000000\n");
  say("limits",
      "Limit                     Soft Limit           Hard Limit           Units     \n"
      "Max open files            1024                 524288               files     \n"
      "Max cpu time              unlimited            unlimited            seconds   \n");
  say("ns/mnt", "mnt:[4026532177]");
  say("ns/uts", "uts:[4026532178]");
  say("ns/ipc", "ipc:[4026532179]");
  say("ns/net", "net:[4026532181]");
  say("ns/cgroup", "cgroup:[4026531835]");
  say("ns/pid", "pid:[4026532180]");
  say("ns/pid_for_children", "pid:[4026532180]");
  say("ns/time", "time:[4026531834]");
  say("ns/time_for_children", "time:[4026531834]");
  say("ns/user", "user:[4026532176]");
  say("root", "/");
  say("cwd", "/tmp");
  say("mountinfo", mountinfo);
  // The root is the first mount, as a rule.
  const std::string first = mountinfo.substr(0, mountinfo.find(' '));
  say("root/mount_id", first);
  say("cwd/mount_id", first);
  return reading;
}

inline void refuse(ProcReading& reading, const std::string& name, int error) {
  reading.process[name] = {.text = {}, .error = error};
}

// cttrace itself, on the host; it may not look at PID 1.
inline ProcSurroundings made_surroundings() {
  ProcSurroundings around;
  around.hostname = "host";
  const auto say = [&](const char* name, const std::string& text) { around.self[name] = {.text = text, .error = 0}; };
  say("ns/mnt", "mnt:[4026531840]");
  say("ns/uts", "uts:[4026531838]");
  say("ns/ipc", "ipc:[4026531839]");
  say("ns/net", "net:[4026531905]");
  say("ns/cgroup", "cgroup:[4026531835]");
  say("ns/pid", "pid:[4026531836]");
  say("ns/time", "time:[4026531834]");
  say("ns/user", "user:[4026531837]");
  say("root", "/");
  say("mountinfo", "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n");
  around.first["ns/mnt"] = {.text = {}, .error = EACCES};
  return around;
}

inline FromProc made_state(const std::string& mountinfo) {
  return from_proc(made_reading(mountinfo), made_surroundings());
}

inline const Place& root_in(const FromProc& made) { return made.state.fs_of(*made.state.task(made.task))->root; }

}  // namespace cttrace
