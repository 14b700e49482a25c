container web (lxc-execute)   lxc-execute 14355 = pid 1, program 14356 = pid 2
    cgroup /lxc.payload.web   set-up 27.3 ms, 81 calls
  rootfs      /usr/lib/x86_64-linux-gnu/lxc/rootfs
   +0.0 ms  create       lxc-execute 14350: lxc-execute -P /tmp/golden/lxc -n
                         web -f /tmp/golden/lxc/config -- /bin/echo hello
   +2.2 ms  cgroup       lxc-execute 14350: cpuset.cpus = 0-1, cpuset.mems = 0,
                         cgroup.clone_children = 1 in
                         /sys/fs/cgroup/cpuset/lxc.monitor.web
   +2.5 ms               lxc-execute 14350: lxc-execute 14350 into
                         /lxc.monitor.web of systemd, pids, blkio, freezer,
                         devices, memory, cpuset, cpuacct, cpu, unified
                         (12.6 ms)
  +15.7 ms               lxc-execute 14350: cpuset.cpus = 0-1, cpuset.mems = 0,
                         cgroup.clone_children = 1
  +15.9 ms  create       lxc-execute 14350: makes lxc-execute 14355 (into
                         another cgroup at once), which makes the namespaces,
                         sets the mounts up and stays as the container's first
                         process
  +16.1 ms  namespaces   new mnt 4026532180, pid 4026532185, uts 4026532181,
                         ipc 4026532183
  +16.2 ms  cgroup       lxc-execute 14350: lxc-execute 14355 into
                         /lxc.payload.web of systemd, pids, blkio, freezer,
                         devices, memory, cpuset, cpuacct, cpu
  +16.5 ms  identity     signal when its parent ends: SIGKILL
  +16.6 ms  namespaces   new cgroup 4026532186
  +16.8 ms               asks what the kernel can do (the mount calls, 6 probes)
  +16.9 ms  rootfs       /tmp/golden/rootfs bound on <rootfs>, with all below
  +16.9 ms  identity     hostname lxc
  +16.9 ms               session keyring (new)
  +16.9 ms  mounts       tmpfs on /dev (mode=0755,size=500000)
  +17.1 ms               proc on /proc (nosuid,nodev,noexec)
  +17.1 ms  masking      <rootfs>/proc/sys/net bound on /proc/tty
  +17.1 ms               read-only: /proc/sys
  +17.2 ms               <rootfs>/proc/tty moved to /proc/sys/net
  +17.3 ms  devices      /dev/full c 1:7, /dev/null c 1:3, /dev/random c 1:8,
                         /dev/tty c 5:0, /dev/urandom c 1:9, /dev/zero c 1:5
                         (mode 0777)
  +17.4 ms  mounts       /dev/pts/0 bound on /dev/console
  +17.5 ms  root switch  pivot_root(".", "."): <rootfs> becomes /; the old root
                         lies on it, is made rslave, is detached 0.07 ms later:
                         gone (5.5 ms)
  +23.0 ms               / and all below made rshared
  +23.1 ms  masking      /proc/sys/kernel/random/boot_id <- /dev/.lxc-boot-id
  +23.4 ms  create       makes lxc-execute 14356, which becomes the program
  +27.1 ms  hand-over    lxc-execute 14356: execve /bin/echo hello: uid 0, gid
                         0; 40 of 41 capabilities; no seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           14356, 2 in its pid namespace
    namespaces    new: mnt 4026532180, uts 4026532181, ipc 4026532183,
                  cgroup 4026532186, pid 4026532185
                  the host's: net 4026531833, time 4026531834, user 4026531837
    root          / (ext4 /dev/vda[/tmp/golden/rootfs])
    cwd           /
    mounts
      /                       ext4    rw                      shared 35  /dev...
      |- /dev                 tmpfs   rw                      shared 36  mode...
      |  `- /dev/console      devpts  rw                      shared 37  devp...
      `- /proc                proc    rw,nosuid,nodev,noexec  shared 38
         `- /proc/sys         proc    ro                      shared 39  proc...
            |- /proc/sys/kernel/random/boot_id  tmpfs   ro,nosuid,nodev,noexe...
            `- /proc/sys/net  proc    rw,nosuid,nodev,noexec  shared 40  proc...
      7 mounts
    devices       /dev/console 0620 uid ? gid ?,
                  /dev/{full,null,random,tty,urandom,zero} 0777? uid 0 gid ?
    user          uid 0, gid 0, no other groups
    capabilities  40 of 41, all but CAP_SYS_RESOURCE
    privileges    no_new_privs is not set, seccomp: none
    cgroup        /lxc.payload.web
    hostname      lxc
    also          session keyring (new)
    inferred      5 of 7 mounts, hostname

container web   exited with 0 after 0.37 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-25T03:41:20.929773Z: 133 events, 95 calls
cttrace: nothing lost
