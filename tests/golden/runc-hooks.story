container web (runc)   init 256556 = pid 1   cgroup /web
    set-up 42.7 ms, 289 calls
  bundle      /tmp/golden/bundle
   +0.0 ms  create       runc 256545: runc --root /tmp/golden/state run web
   +3.5 ms               runc 256545: asks what the kernel can do (seccomp, 6
                         probes)
   +6.1 ms               runc 256545: fifo /tmp/golden/state/web/exec.fifo
                         (outside)
   +6.4 ms               runc 256545: makes parent 256552 (vfork), which only
                         makes the next one
   +6.6 ms               parent 256552: executes itself again: runc init
   +6.8 ms  cgroup       runc 256545: cpuset.cpus = 0-1, cpuset.mems = 0
   +6.9 ms               runc 256545: parent 256552 into /web of cpuset,
                         devices, memory, cpu, cpuacct, pids, blkio, freezer,
                         systemd, unified (21.1 ms)
   +8.2 ms  create       parent 256552: protects its executable: binds it
                         read-only, detaches that, executes it from there
  +28.2 ms               parent 256552: makes child 256555 (as its sibling),
                         which makes the namespaces
  +28.3 ms  namespaces   child 256555: new mnt 4026532178, pid 4026532182,
                         net 4026532183, uts 4026532179, ipc 4026532180
  +28.8 ms  create       child 256555: makes init 256556 (as its sibling), which
                         sets the mounts up and becomes the program
  +31.7 ms               asks what the kernel can do (seccomp, 6 probes)
  +32.9 ms  identity     session keyring _ses.web
  +33.1 ms  rootfs       / and all below made rslave
  +33.2 ms               <bundle>/rootfs bound on itself, with all below
  +33.3 ms  mounts       proc on /proc
  +33.3 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +33.4 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +33.4 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +33.4 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +33.5 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +33.6 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec; mode=755)
  +33.8 ms               /sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*, with
                         all below: cpu, cpuacct, cpuset, memory, devices,
                         freezer, blkio, pids, systemd
                         (ro,nosuid,nodev,noexec,relatime)
  +34.5 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +35.0 ms  cgroup       runc 256545: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +35.3 ms  create       runc 256545: makes true 256561 (vfork)
  +35.4 ms               true 256561: true 'on the host'
  +36.8 ms               makes true 256563 (vfork)
  +36.8 ms               true 256563: true 'on the host'
  +37.9 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.05
                         ms later: gone
  +38.0 ms               / now read-only
  +38.0 ms  identity     hostname web
  +38.0 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger, /proc/asound, /proc/kcore,
                         /proc/latency_stats, /proc/timer_stats,
                         /proc/sched_debug, /proc/scsi
  +38.4 ms  identity     no_new_privs
  +38.4 ms               runc 256545: init 256556 gets limits: NOFILE 1024
  +39.1 ms               dropped from the bounding set: 37 capabilities
  +39.3 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +39.3 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +39.5 ms  create       runc 256545: makes true 256564 (vfork)
  +39.5 ms               true 256564: true 'on the host'
  +41.1 ms               makes busybox 256565 (vfork)
  +41.2 ms               busybox 256565: true 'in the container'
  +42.2 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 3 of 41
                         capabilities; no_new_privs; no seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           256556, 1 in its pid namespace
    namespaces    new: mnt 4026532178, uts 4026532179, ipc 4026532180,
                  net 4026532183, pid 4026532182
                  the host's: cgroup 4026531835, time 4026531834,
                  user 4026531837
    root          / (ext4 /dev/vda[/tmp/golden/bundle/rootfs])
    cwd           /
    mounts
      /                       ext4    ro
          /dev/vda[/tmp/golden/bundle/rootfs]  discard,resv_strict,resuid=655...
      |- /dev                 tmpfs   rw,nosuid               mode=755,size=6...
      |  |- /dev/mqueue       mqueue  rw,nosuid,nodev,noexec
      |  |- /dev/pts          devpts  rw,nosuid,noexec        newinstance,ptm...
      |  `- /dev/shm          tmpfs   rw,nosuid,nodev,noexec  shm ...
      |- /proc                proc    rw
      |  |- /proc/acpi        tmpfs   ro
      |  |- /proc/{bus,fs,irq,sys}  proc    ro
      |  |      (each bound on itself)
      |  |- /proc/keys        tmpfs   rw,nosuid               tmpfs[/null] ...
      |  `- /proc/timer_list  tmpfs   rw,nosuid               tmpfs[/null] ...
      `- /sys                 sysfs   ro,nosuid,nodev,noexec
         |- /sys/firmware     tmpfs   ro
         `- /sys/fs/cgroup    tmpfs   rw,nosuid,nodev,noexec  mode=755
            `- /sys/fs/cgroup/{blkio,cpu,7 more}  cgroup  ro,nosuid,nodev,noexec
                   cgroup[/web]
      25 mounts, all private; -v shows each
    devices       /dev/null 0666, /proc/{keys,timer_list} 0666,
                  /dev/{full,random,tty,urandom,zero} 0666?
    user          uid 0, gid 0, no other groups
    capabilities  3 of 41: CAP_KILL CAP_NET_BIND_SERVICE CAP_AUDIT_WRITE
    privileges    no_new_privs, seccomp: none
    limits        nofile 1024
    cgroup        /web
    hostname      web
    also          session keyring _ses.web
    inferred      15 of 25 mounts, hostname

container web   exited with 0 after 0.59 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:11.837404Z: 357 events, 293 calls
cttrace: nothing lost
