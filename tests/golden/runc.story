container web (runc)   init 256435 = pid 1   cgroup /web
    set-up 32.8 ms, 276 calls
  bundle      /tmp/golden/bundle
   +0.0 ms  create       runc 256424: runc --root /tmp/golden/state run web
   +5.3 ms               runc 256424: asks what the kernel can do (seccomp, 6
                         probes)
   +9.6 ms               runc 256424: fifo /tmp/golden/state/web/exec.fifo
                         (outside)
  +10.0 ms               runc 256424: makes parent 256431 (vfork), which only
                         makes the next one
  +10.1 ms               parent 256431: executes itself again: runc init
  +10.3 ms  cgroup       runc 256424: cpuset.cpus = 0-1, cpuset.mems = 0
  +10.3 ms               runc 256424: parent 256431 into /web of cpuset,
                         devices, memory, cpu, cpuacct, pids, blkio, freezer,
                         systemd, unified (11.8 ms)
  +11.1 ms  create       parent 256431: protects its executable: binds it
                         read-only, detaches that, executes it from there
  +22.2 ms               parent 256431: makes child 256434 (as its sibling),
                         which makes the namespaces
  +22.4 ms  namespaces   child 256434: new mnt 4026532178, pid 4026532181,
                         net 4026532182, uts 4026532179, ipc 4026532180
  +22.9 ms  create       child 256434: makes init 256435 (as its sibling), which
                         sets the mounts up and becomes the program
  +26.4 ms               asks what the kernel can do (seccomp, 6 probes)
  +28.0 ms  identity     session keyring _ses.web
  +28.3 ms  rootfs       / and all below made rslave
  +28.4 ms               <bundle>/rootfs bound on itself, with all below
  +28.5 ms  mounts       proc on /proc
  +28.5 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +28.6 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +28.7 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +28.9 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +28.9 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +29.1 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec; mode=755)
  +29.1 ms               /sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*, with
                         all below: cpu, cpuacct, cpuset, memory, devices,
                         freezer, blkio, pids, systemd
                         (ro,nosuid,nodev,noexec,relatime)
  +29.8 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +30.1 ms  cgroup       runc 256424: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +30.3 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.03
                         ms later: gone
  +30.4 ms               / now read-only
  +30.4 ms  identity     hostname web
  +30.4 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger, /proc/asound, /proc/kcore,
                         /proc/latency_stats, /proc/timer_stats,
                         /proc/sched_debug, /proc/scsi
  +30.9 ms  identity     no_new_privs
  +30.9 ms               runc 256424: init 256435 gets limits: NOFILE 1024
  +31.6 ms               dropped from the bounding set: 37 capabilities
  +31.8 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +31.8 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +32.0 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 3 of 41
                         capabilities; no_new_privs; no seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           256435, 1 in its pid namespace
    namespaces    new: mnt 4026532178, uts 4026532179, ipc 4026532180,
                  net 4026532182, pid 4026532181
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

container web   exited with 0 after 0.70 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:10.947162Z: 324 events, 277 calls
cttrace: nothing lost
