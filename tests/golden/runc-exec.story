container web (runc)   init 14208 = pid 1   cgroup /web
    set-up 51.7 ms, 291 calls
  bundle      /tmp/golden/bundle
  started by  dash
   +0.0 ms  create       runc 14197: runc --root /tmp/golden/state create web
   +5.2 ms               runc 14197: asks what the kernel can do (seccomp, 6
                         probes)
  +13.5 ms               runc 14197: fifo /tmp/golden/state/web/exec.fifo
                         (outside)
  +13.7 ms               runc 14197: makes parent 14204 (vfork), which only
                         makes the next one
  +13.8 ms               parent 14204: executes itself again: runc init
  +14.6 ms               parent 14204: protects its executable: binds it
                         read-only, detaches that, executes it from there
  +14.9 ms  cgroup       runc 14197: cpuset.cpus = 0-1, cpuset.mems = 0
  +14.9 ms               runc 14197: parent 14204 into /web of cpuset, devices,
                         memory, cpu, cpuacct, pids, blkio, freezer, systemd,
                         unified (9.9 ms)
  +25.0 ms  create       parent 14204: makes child 14207 (as its sibling), which
                         makes the namespaces
  +28.3 ms  namespaces   child 14207: new mnt 4026532178, pid 4026532181,
                         net 4026532182, uts 4026532179, ipc 4026532180
  +28.9 ms  create       child 14207: makes init 14208 (as its sibling), which
                         sets the mounts up and becomes the program
  +36.4 ms               asks what the kernel can do (seccomp, 6 probes)
  +40.4 ms  identity     session keyring _ses.web
  +40.8 ms  rootfs       / and all below made rslave
  +41.0 ms               <bundle>/rootfs bound on itself, with all below
  +41.0 ms  mounts       proc on /proc
  +41.1 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +41.3 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +41.4 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +41.5 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +41.6 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +42.0 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec; mode=755)
  +42.2 ms               /sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*: cpu,
                         cpuacct, cpuset, memory, devices, freezer, blkio, pids,
                         systemd (ro,nosuid,nodev,noexec,relatime) (1.7 ms)
  +43.9 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +44.3 ms  cgroup       runc 14197: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +44.5 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.07
                         ms later: gone
  +44.7 ms               / now read-only
  +44.7 ms  identity     hostname web
  +44.7 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger, /proc/asound, /proc/kcore,
                         /proc/latency_stats, /proc/timer_stats,
                         /proc/sched_debug, /proc/scsi
  +45.1 ms  identity     no_new_privs
  +45.1 ms               runc 14197: init 14208 gets limits: NOFILE 1024
  +45.7 ms               dropped from the bounding set: 37 capabilities
  +46.0 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +46.0 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +47.0 ms  create       runc 14213: runc --root /tmp/golden/state start web
  +49.3 ms               runc 14213: asks what the kernel can do (seccomp, 6
                         probes)
  +50.9 ms  hand-over    execve /bin/sleep 1000: uid 0, gid 0; 3 of 41
                         capabilities; no_new_privs; no seccomp filter
  handed over
    program       /bin/sleep 1000
    executable    /bin/busybox
    pid           14208, 1 in its pid namespace
    namespaces    new: mnt 4026532178, uts 4026532179, ipc 4026532180,
                  net 4026532182, pid 4026532181
                  the host's: cgroup 4026531835, time 4026531834,
                  user 4026531837
    root          / (ext4 /dev/vda[/tmp/golden/bundle/rootfs])
    cwd           /
    mounts
      /                       ext4    ro                      /dev/vda[/tmp/g...
      |- /dev                 tmpfs   rw,nosuid               mode=755,size=6...
      |  |- /dev/mqueue       mqueue  rw,nosuid,nodev,noexec
      |  |- /dev/pts          devpts  rw,nosuid,noexec        newinstance,ptm...
      |  `- /dev/shm          tmpfs   rw,nosuid,nodev,noexec  shm  mode=1777,...
      |- /proc                proc    rw
      |  |- /proc/acpi        tmpfs   ro
      |  |- /proc/{bus,fs,irq,sys}  proc    ro                      (each bou...
      |  |- /proc/keys        tmpfs   rw,nosuid               tmpfs[/null]  m...
      |  `- /proc/timer_list  tmpfs   rw,nosuid               tmpfs[/null]  m...
      `- /sys                 sysfs   ro,nosuid,nodev,noexec
         |- /sys/firmware     tmpfs   ro
         `- /sys/fs/cgroup    tmpfs   rw,nosuid,nodev,noexec  mode=755
            `- /sys/fs/cgroup/{blkio,cpu,7 more}  cgroup  ro,nosuid,nodev,noe...
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

entry into container web (runc)   program 14227 = pid 6
    set-up 26.9 ms, 194 calls
   +0.0 ms  create       runc 14218: runc --root /tmp/golden/state exec web
                         /bin/echo hello
   +2.5 ms               runc 14218: asks what the kernel can do (seccomp, 6
                         probes)
   +9.8 ms               runc 14218: makes parent 14225 (vfork), which only
                         makes the next one
   +9.9 ms               parent 14225: executes itself again: runc init
  +10.7 ms               parent 14225: protects its executable: binds it
                         read-only, detaches that, executes it from there
  +11.6 ms               parent 14225: makes child 14226 (as its sibling), which
                         joins the namespaces
  +11.8 ms  namespaces   child 14226: joins ipc 4026532180, uts 4026532179,
                         net 4026532182, pid 4026532181, mnt 4026532178
  +11.9 ms  create       child 14226: makes init 14227 (as its sibling), which
                         becomes the program
  +13.2 ms  cgroup       runc 14218: init 14227 into /web of blkio, cpuacct,
                         memory, systemd, pids, unified, cpu, cpuset, devices,
                         freezer (11.4 ms)
  +14.1 ms  create       asks what the kernel can do (seccomp, 6 probes)
  +24.6 ms  identity     runc 14218: init 14227 gets limits: NOFILE 1024
  +25.7 ms               session keyring _ses.web
  +25.7 ms               no_new_privs
  +25.8 ms               dropped from the bounding set: 37 capabilities
  +26.1 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +26.1 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +26.2 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 3 of 41
                         capabilities; no_new_privs; no seccomp filter

container web   killed by SIGKILL after 37.1 ms

container web
    after 33.1 ms runc 14234: runc --root /tmp/golden/state delete --force web

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-25T03:41:17.766159Z: 626 events, 508 calls
cttrace: nothing lost
