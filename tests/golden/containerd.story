container web (runc)   init 256742 = pid 1   cgroup /web/web
    set-up 61.1 ms, 285 calls
  bundle      /tmp/golden/containerd/state/io.containerd.runtime.v2.task/web/web
  started by  containerd-shim-runc-v2, by containerd
   +0.0 ms  create       containerd-shim-runc-v2 256715:
                         /usr/bin/containerd-shim-runc-v2 -namespace ...
                         -publish-binary /usr/bin/containerd -id web start
                         (3.1 ms)
  +13.0 ms               containerd-shim-runc-v2 256715: makes
                         containerd-shim-runc-v2 256722 (vfork), which sets the
                         mounts up
  +13.1 ms               containerd-shim-runc-v2 256722: executes itself again:
                         /usr/bin/containerd-shim-runc-v2 -namespace web -id web
                         -address /tmp/golden/containerd/s
  +13.4 ms  identity     containerd-shim-runc-v2 256715:
                         containerd-shim-runc-v2 256722 gets oom_score_adj 1
  +19.1 ms  rootfs       containerd-shim-runc-v2 256722: overlay on
                         <bundle>/rootfs
                         (index=off,workdir=/tmp/golden/containerd/root/io.containerd.snapshotter.v1.overlayfs/snapshots/2/work,upperdir=/tmp/g...)
  +19.8 ms  create       containerd-shim-runc-v2 256722: makes runc 256732
                         (vfork), which sets the cgroup up
  +19.8 ms               runc 256732: runc --root /run/containerd/runc/web --log
                         ... json create --bundle <bundle> --pid-file
                         <bundle>/init.pid web (ran 31.6 ms)
  +23.7 ms               runc 256732: asks what the kernel can do (seccomp, 6
                         probes)
  +27.5 ms               runc 256732: fifo
                         /run/containerd/runc/web/web/exec.fifo (outside)
  +27.8 ms               runc 256732: makes parent 256740 (vfork), which only
                         makes the next one
  +27.8 ms               parent 256740: executes itself again: runc init
  +28.2 ms  cgroup       runc 256732: cpuset.cpus = 0-1, cpuset.mems = 0 in
                         /sys/fs/cgroup/cpuset/web
  +28.3 ms               runc 256732: cpuset.cpus = 0-1, cpuset.mems = 0
  +28.3 ms               runc 256732: parent 256740 into /web/web of cpuset,
                         devices, memory, cpu, cpuacct, pids, blkio, freezer,
                         systemd, unified (14.1 ms)
  +28.9 ms  create       parent 256740: protects its executable: binds it
                         read-only, detaches that, executes it from there
  +42.6 ms               parent 256740: makes child 256741 (as its sibling),
                         which makes the namespaces
  +42.8 ms  namespaces   child 256741: new mnt 4026532183, pid 4026532187,
                         net 4026532188, uts 4026532185, ipc 4026532186
  +43.3 ms  create       child 256741: makes init 256742 (as its sibling), which
                         sets the mounts up and becomes the program
  +45.9 ms               asks what the kernel can do (seccomp, 6 probes)
  +47.1 ms  identity     session keyring _ses.web
  +47.3 ms  rootfs       / and all below made rslave
  +47.4 ms               <bundle>/rootfs bound on itself, with all below
  +47.8 ms  mounts       proc on /proc (nosuid,nodev,noexec)
  +47.9 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +48.0 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +48.0 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +48.2 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +48.2 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +48.7 ms               tmpfs on /run (nosuid,strictatime;
                         mode=755,size=65536k)
  +48.8 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +49.3 ms  cgroup       runc 256732: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:1 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +49.4 ms               runc 256732: cpu.shares = 1024
  +49.5 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.04
                         ms later: gone
  +49.7 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger, /proc/asound, /proc/kcore,
                         /proc/latency_stats, /proc/timer_stats,
                         /proc/sched_debug, /proc/scsi
  +50.0 ms  identity     no_new_privs
  +50.1 ms               runc 256732: init 256742 gets limits: NOFILE 1024
  +50.5 ms               dropped from the bounding set: 26 capabilities
  +50.6 ms               groups 0
  +50.6 ms               capabilities CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL,
                         SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, NET_RAW,
                         SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP
  +56.3 ms  create       containerd-shim-runc-v2 256722: makes runc 256750
                         (vfork)
  +56.4 ms               runc 256750: runc --root /run/containerd/runc/web --log
                         <bundle>/log.json --log-format json start web
  +59.1 ms               runc 256750: asks what the kernel can do (seccomp, 6
                         probes)
  +60.6 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 14 of 41
                         capabilities; no_new_privs; no seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           256742, 37 in an outer pid namespace, 1 in its pid namespace
    namespaces    new: mnt 4026532183, uts 4026532185, ipc 4026532186,
                  net 4026532188, pid 4026532187
                  the host's: cgroup 4026531835, time 4026531834,
                  user 4026531837
    root          / (overlay)
    cwd           /
    mounts
      /                       overlay  rw
          index=off,workdir=/tmp/golden/containerd/root/io.containerd.snapsho...
      |- /dev                 tmpfs    rw,nosuid               mode=755,size=...
      |  |- /dev/mqueue       mqueue   rw,nosuid,nodev,noexec
      |  |- /dev/pts          devpts   rw,nosuid,noexec        newinstance,pt...
      |  `- /dev/shm          tmpfs    rw,nosuid,nodev,noexec  shm ...
      |- /proc                proc     rw,nosuid,nodev,noexec
      |  |- /proc/acpi        tmpfs    ro
      |  |- /proc/{bus,fs,irq,sys}  proc     ro,nosuid,nodev,noexec
      |  |      (each bound on itself)
      |  |- /proc/keys        tmpfs    rw,nosuid               tmpfs[/null] ...
      |  `- /proc/timer_list  tmpfs    rw,nosuid               tmpfs[/null] ...
      |- /run                 tmpfs    rw,nosuid               mode=755,size=...
      `- /sys                 sysfs    ro,nosuid,nodev,noexec
         `- /sys/firmware     tmpfs    ro
      16 mounts, all private; -v shows each
    devices       /dev/null 0666, /proc/{keys,timer_list} 0666,
                  /dev/{full,random,tty,urandom,zero} 0666?
    user          uid 0, gid 0, groups 0
    capabilities  14 of 41
    privileges    no_new_privs, seccomp: none
    limits        nofile 1024
    cgroup        /web/web
    also          oom_score_adj 1, session keyring _ses.web
    inferred      16 of 16 mounts
    unknown       hostname

container web   exited with 0 after 1.3 ms

container web
    after 4.7 ms runc 256756: runc --root /run/containerd/runc/web --log ... --log-format json delete web

container web
    after 66.9 ms runc 256770: runc --root /run/containerd/runc/web --log ... --log-format json delete --force web

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:14.427439Z: 492 events, 342 calls, 1 process still running
cttrace: nothing lost
