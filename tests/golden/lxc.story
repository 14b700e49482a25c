container web (lxc-execute)   lxc-execute 28811 = pid 1, program 28812 = pid 2
    cgroup /lxc.payload.web   set-up 40.7 ms, 81 calls
  rootfs      /usr/lib/x86_64-linux-gnu/lxc/rootfs
   +0.0 ms  create       lxc-execute 28798: lxc-execute -P /tmp/golden/lxc -n
                         web -f /tmp/golden/lxc/config -- /bin/echo hello
                         (1.7 ms)
   +6.1 ms  cgroup       lxc-execute 28798: cpuset.cpus = 0-1, cpuset.mems = 0,
                         cgroup.clone_children = 1 in
                         /sys/fs/cgroup/cpuset/lxc.monitor.web
   +6.2 ms               lxc-execute 28798: lxc-execute 28798 into
                         /lxc.monitor.web of systemd, pids, blkio, freezer,
                         devices, memory, cpuset, cpuacct, cpu, unified
                         (21.9 ms)
  +28.5 ms               lxc-execute 28798: cpuset.cpus = 0-1, cpuset.mems = 0,
                         cgroup.clone_children = 1
  +28.6 ms  create       lxc-execute 28798: makes lxc-execute 28811 (into cgroup
                         /lxc.payload.web at once), which makes the namespaces,
                         sets the mounts up and stays as the container's first
                         process
  +28.7 ms  namespaces   new mnt 4026532320, pid 4026532323, uts 4026532321,
                         ipc 4026532322
  +28.8 ms  cgroup       lxc-execute 28798: lxc-execute 28811 into
                         /lxc.payload.web of systemd, pids, blkio, freezer,
                         devices, memory, cpuset, cpuacct, cpu
  +29.0 ms  identity     signal when its parent ends: SIGKILL
  +29.1 ms  namespaces   new cgroup 4026532324
  +29.2 ms               asks what the kernel can do (the mount calls, 6 probes)
  +29.2 ms  rootfs       /tmp/golden/rootfs bound on <rootfs>, with all below
  +29.2 ms  identity     hostname lxc
  +29.2 ms               session keyring (new)
  +29.2 ms  mounts       tmpfs on /dev (mode=0755,size=500000)
  +29.3 ms               proc on /proc (nosuid,nodev,noexec)
  +29.3 ms  masking      <rootfs>/proc/sys/net bound on /proc/tty
  +29.3 ms               read-only: /proc/sys
  +29.4 ms               <rootfs>/proc/tty moved to /proc/sys/net
  +32.1 ms  devices      /dev/full c 1:7, /dev/null c 1:3, /dev/random c 1:8,
                         /dev/tty c 5:0, /dev/urandom c 1:9, /dev/zero c 1:5
                         (mode 0777)
  +32.1 ms  mounts       /dev/pts/0 bound on /dev/console
  +32.3 ms  root switch  pivot_root(".", "."): <rootfs> becomes /; the old root
                         lies on it, is made rslave, is detached 0.04 ms later:
                         gone
  +32.4 ms               / and all below made rshared
  +32.4 ms  masking      /proc/sys/kernel/random/boot_id <- /dev/.lxc-boot-id
  +36.2 ms  create       makes lxc-execute 28812, which becomes the program
  +40.6 ms  hand-over    lxc-execute 28812: execve /bin/echo hello: uid 0, gid
                         0; 40 of 41 capabilities; no seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           28812, 2 in its pid namespace
    namespaces    new: mnt 4026532320, uts 4026532321, ipc 4026532322,
                  cgroup 4026532324, pid 4026532323
                  the host's: net 4026531833, time 4026531834, user 4026531837
    root          / (ext4 /dev/vda[/tmp/golden/rootfs])
    cwd           /
    mounts
      /                       ext4    rw                      shared 33  /dev...
      |- /dev                 tmpfs   rw                      shared 34  mode...
      |  `- /dev/console      devpts  rw                      shared 35  devp...
      `- /proc                proc    rw,nosuid,nodev,noexec  shared 36
         `- /proc/sys         proc    ro                      shared 37  proc...
            |- /proc/sys/kernel/random/boot_id  tmpfs   ro,nosuid,nodev,noexe...
            `- /proc/sys/net  proc    rw,nosuid,nodev,noexec  shared 38  proc...
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

container web   exited with 0 after 0.58 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T17:28:24.763989Z: 133 events, 95 calls
cttrace: nothing lost
