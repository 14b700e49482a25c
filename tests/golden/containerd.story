container web (runc)   init 14443 = pid 1   cgroup /web/web
    set-up 64.4 ms, 289 calls
  bundle      /tmp/golden/containerd/state/io.containerd.runtime.v2.task/web/web
  started by  containerd-shim-runc-v2, by containerd
   +0.0 ms  create       containerd-shim-runc-v2 14416:
                         /usr/bin/containerd-shim-runc-v2 -namespace ...
                         /tmp/golden/containerd/s -publish-binary
                         /usr/bin/containerd -id web start
   +7.1 ms               containerd-shim-runc-v2 14416: makes
                         containerd-shim-runc-v2 14424 (vfork), which sets the
                         mounts up
   +7.2 ms               containerd-shim-runc-v2 14424: executes itself again:
                         /usr/bin/containerd-shim-runc-v2 -namespace web -id web
                         -address /tmp/golden/containerd/s
   +7.4 ms  identity     containerd-shim-runc-v2 14416:
                         containerd-shim-runc-v2 14424 gets oom_score_adj 1
  +12.9 ms  rootfs       containerd-shim-runc-v2 14424: overlay on
                         <bundle>/rootfs
                         (index=off,workdir=/tmp/golden/containerd/root/io.containerd.snapshotter.v1.overlayfs/snapshots/2/work,upperdir=/tmp/g...)
  +13.9 ms  create       containerd-shim-runc-v2 14424: makes runc 14433
                         (vfork), which sets the cgroup up
  +13.9 ms               runc 14433: runc --root /run/containerd/runc/web --log
                         ... --log-format json create --bundle <bundle>
                         --pid-file <bundle>/init.pid web
  +17.1 ms               runc 14433: asks what the kernel can do (seccomp, 6
                         probes)
  +20.6 ms               runc 14433: fifo /run/containerd/runc/web/web/exec.fifo
                         (outside)
  +20.9 ms               runc 14433: makes parent 14440 (vfork), which only
                         makes the next one
  +21.0 ms               parent 14440: executes itself again: runc init
  +21.8 ms               parent 14440: protects its executable: binds it
                         read-only, detaches that, executes it from there
  +22.0 ms  cgroup       runc 14433: cpuset.cpus = 0-1, cpuset.mems = 0 in
                         /sys/fs/cgroup/cpuset/web
  +22.1 ms               runc 14433: cpuset.cpus = 0-1, cpuset.mems = 0
  +22.2 ms               runc 14433: parent 14440 into /web/web of cpuset,
                         devices, memory, cpu, cpuacct, pids, blkio, freezer,
                         systemd, unified (10.3 ms)
  +32.6 ms  create       parent 14440: makes child 14442 (as its sibling), which
                         makes the namespaces
  +32.8 ms  namespaces   child 14442: new mnt 4026532180, pid 4026532183,
                         net 4026532184, uts 4026532181, ipc 4026532182
  +33.5 ms  create       child 14442: makes init 14443 (as its sibling), which
                         sets the mounts up and becomes the program
  +42.1 ms               asks what the kernel can do (seccomp, 6 probes)
  +43.4 ms  identity     session keyring _ses.web
  +43.7 ms  rootfs       / and all below made rslave
  +43.8 ms               <bundle>/rootfs bound on itself, with all below
  +43.9 ms  mounts       proc on /proc (nosuid,nodev,noexec)
  +44.0 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +44.1 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +44.2 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +44.3 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +44.4 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +44.7 ms               tmpfs on /run (nosuid,strictatime;
                         mode=755,size=65536k)
  +44.8 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +45.2 ms  cgroup       runc 14433: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:1 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +45.4 ms               runc 14433: cpu.shares = 1024
  +45.5 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.08
                         ms later: gone
  +45.8 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger, /proc/asound, /proc/kcore,
                         /proc/latency_stats, /proc/timer_stats,
                         /proc/sched_debug, /proc/scsi (1.5 ms)
  +47.3 ms  identity     no_new_privs
  +47.3 ms               runc 14433: init 14443 gets limits: NOFILE 1024
  +47.8 ms               dropped from the bounding set: 26 capabilities
  +47.9 ms               groups 0
  +48.0 ms               capabilities CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL,
                         SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, NET_RAW,
                         SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP
  +57.1 ms  create       containerd-shim-runc-v2 14424: makes runc 14453 (vfork)
                         (1.5 ms)
  +57.1 ms               runc 14453: runc --root /run/containerd/runc/web --log
                         <bundle>/log.json --log-format json start web
  +60.5 ms               runc 14453: asks what the kernel can do (seccomp, 6
                         probes)
  +63.0 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 14 of 41
                         capabilities; no_new_privs; no seccomp filter (1.4 ms)
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           14443, 37 in an outer pid namespace, 1 in its pid namespace
    namespaces    new: mnt 4026532180, uts 4026532181, ipc 4026532182,
                  net 4026532184, pid 4026532183
                  the host's: cgroup 4026531835, time 4026531834,
                  user 4026531837
    root          / (overlay)
    cwd           /
    mounts
      /                       overlay  rw                      index=off,work...
      |- /dev                 tmpfs    rw,nosuid               mode=755,size=...
      |  |- /dev/mqueue       mqueue   rw,nosuid,nodev,noexec
      |  |- /dev/pts          devpts   rw,nosuid,noexec        newinstance,pt...
      |  `- /dev/shm          tmpfs    rw,nosuid,nodev,noexec  shm  mode=1777...
      |- /proc                proc     rw,nosuid,nodev,noexec
      |  |- /proc/acpi        tmpfs    ro
      |  |- /proc/{bus,fs,irq,sys}  proc     ro,nosuid,nodev,noexec  (each bo...
      |  |- /proc/keys        tmpfs    rw,nosuid               tmpfs[/null]  ...
      |  `- /proc/timer_list  tmpfs    rw,nosuid               tmpfs[/null]  ...
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

container web   exited with 0 after 0.41 ms

container web
    after 3.7 ms runc 14460: runc --root /run/containerd/runc/web --log ... --log-format json delete web

container web
    after 41.1 ms runc 14471: runc --root /run/containerd/runc/web --log ... --log-format json delete --force web

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-25T03:41:22.326882Z: 498 events, 344 calls, 1 process still running
cttrace: nothing lost
