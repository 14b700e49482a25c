container web (lxc-execute)   lxc-execute 256656 = pid 1, program 256657 = pid 2
    cgroup /lxc.payload.web   set-up 17.7 ms, 81 calls
  rootfs      /usr/lib/x86_64-linux-gnu/lxc/rootfs
   +0.0 ms  create       lxc-execute 256655: lxc-execute -P /tmp/golden/lxc -n
                         web -f /tmp/golden/lxc/config -- /bin/echo hello
   +5.5 ms  cgroup       lxc-execute 256655: cpuset.cpus = 0-1, cpuset.mems = 0,
                         cgroup.clone_children = 1 in
                         /sys/fs/cgroup/cpuset/lxc.monitor.web
   +5.6 ms               lxc-execute 256655: lxc-execute 256655 into
                         /lxc.monitor.web of systemd, pids, blkio, freezer,
                         devices, memory, cpuset, cpuacct, cpu, unified (9.6 ms)
  +15.6 ms               lxc-execute 256655: cpuset.cpus = 0-1, cpuset.mems = 0,
                         cgroup.clone_children = 1
  +15.7 ms  create       lxc-execute 256655: makes lxc-execute 256656 (into
                         cgroup /lxc.payload.web at once), which makes the
                         namespaces, sets the mounts up and stays as the
                         container's first process
  +15.9 ms  namespaces   new mnt 4026532180, pid 4026532185, uts 4026532181,
                         ipc 4026532183
  +16.1 ms  cgroup       lxc-execute 256655: lxc-execute 256656 into
                         /lxc.payload.web of systemd, pids, blkio, freezer,
                         devices, memory, cpuset, cpuacct, cpu
  +16.1 ms  identity     signal when its parent ends: SIGKILL
  +16.3 ms  namespaces   new cgroup 4026532186
  +16.5 ms               asks what the kernel can do (the mount calls, 6 probes)
  +16.6 ms  rootfs       /tmp/golden/rootfs bound on <rootfs>, with all below
  +16.6 ms  identity     hostname lxc
  +16.6 ms               session keyring (new)
  +16.6 ms  mounts       tmpfs on /dev (mode=0755,size=500000)
  +16.7 ms               proc on /proc (nosuid,nodev,noexec)
  +16.7 ms  masking      <rootfs>/proc/sys/net bound on /proc/tty
  +16.8 ms               read-only: /proc/sys
  +16.8 ms               <rootfs>/proc/tty moved to /proc/sys/net
  +16.8 ms  devices      /dev/full c 1:7, /dev/null c 1:3, /dev/random c 1:8,
                         /dev/tty c 5:0, /dev/urandom c 1:9, /dev/zero c 1:5
                         (mode 0777)
  +16.9 ms  mounts       /dev/pts/0 bound on /dev/console
  +17.0 ms  root switch  pivot_root(".", "."): <rootfs> becomes /; the old root
                         lies on it, is made rslave, is detached 0.04 ms later:
                         gone
  +17.1 ms               / and all below made rshared
  +17.2 ms  masking      /proc/sys/kernel/random/boot_id <- /dev/.lxc-boot-id
  +17.3 ms  create       makes lxc-execute 256657, which becomes the program
  +17.5 ms  hand-over    lxc-execute 256657: execve /bin/echo hello: uid 0, gid
                         0; 40 of 41 capabilities; no seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           256657, 2 in its pid namespace
    namespaces    new: mnt 4026532180, uts 4026532181, ipc 4026532183,
                  cgroup 4026532186, pid 4026532185
                  the host's: net 4026531833, time 4026531834, user 4026531837
    root          / (ext4 /dev/vda[/tmp/golden/rootfs])
    cwd           /
    mounts
      /                       ext4    rw                      shared 34
          /dev/vda[/tmp/golden/rootfs]  discard,resv_strict,resuid=65534,resg...
      |- /dev                 tmpfs   rw                      shared 35 ...
      |  `- /dev/console      devpts  rw                      shared 36
      |         devpts[/0]  mode=600,ptmxmode=000
      `- /proc                proc    rw,nosuid,nodev,noexec  shared 37
         `- /proc/sys         proc    ro                      shared 38
                proc[/sys]
            |- /proc/sys/kernel/random/boot_id
            |                 tmpfs   ro,nosuid,nodev,noexec  shared 35
            |      none[/.lxc-boot-id]  mode=0755,size=500000
            `- /proc/sys/net  proc    rw,nosuid,nodev,noexec  shared 39
                   proc[/sys/net]
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

container web   exited with 0 after 0.64 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:13.769610Z: 133 events, 95 calls
cttrace: nothing lost
