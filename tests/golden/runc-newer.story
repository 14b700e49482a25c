container sh (unshare)   mounts of its own, the starter's pids   program 256575
    set-up 1.6 ms, 20 calls
   +0.0 ms  create       unshare --mount --propagation slave sh -c ...
                         /tmp/golden runc --root /tmp/golden/state run --bundle
                         /tmp/golden/bundle web
   +1.3 ms  namespaces   new mnt 4026532178
   +1.4 ms  mounts       / and all below made rslave
   +1.5 ms  hand-over    execve sh -c 'set -e\x0a        mount --bind "$0"
                         "$0"\x0a        cd "$0"\x0a        for each in dev proc
                         sys run tmp; do mount --rbind /$each $each; done\x0a   
                         pivot_root . mnt\x0a        umount -l /mnt\x0a       
                         cd "$1"\x0a        shift\x0a        exec "$@" '
                         /tmp/golden/debian-13 /tmp/golden runc --root
                         /tmp/golden/state run --bundle /tmp/golden/bundle web:
                         uid 0, gid 0; 40 of 41 capabilities; no seccomp filter
  handed over
    program       sh -c
                  $'set -e\n        mount --bind "$0" "$0"\n        cd "$0"\n        for each in dev proc sys run tmp; do mount --rbind /$each $each; done\n        pivot_root . mnt\n        umount -l /mnt\n        cd "$1"\n        shift\n        exec "$@" '
                  /tmp/golden/debian-13 /tmp/golden runc --root
                  /tmp/golden/state run --bundle /tmp/golden/bundle web
    executable    /usr/bin/dash
    pid           256575
    namespaces    new: mnt 4026532178
                  the host's: uts 4026531838, ipc 4026531839, net 4026531833,
                  cgroup 4026531835, pid 4026531836, time 4026531834,
                  user 4026531837
    root          / (ext4 /dev/vda)
    cwd           /
    mounts
      /                          ext4      rw  /dev/vda  discard,resv_strict,...
      |- /dev                    devtmpfs  rw  size=12334432k,nr_inodes=30836...
      |  |- /dev/pts             devpts    rw  (under devpts)  mode=600,ptmxm...
      |  |  `- /dev/pts          devpts    rw  mode=600,ptmxmode=000
      |  `- /dev/shm             tmpfs     rw  (under tmpfs)  size=24683652k
      |     `- /dev/shm          tmpfs     rw  size=24683652k
      |- /proc                   proc      rw
      `- /sys                    sysfs     rw
         |- /sys/fs/cgroup       tmpfs     rw  mode=755
         |  |- /sys/fs/cgroup/{blkio,cpu,7 more}  cgroup    rw
         |  `- /sys/fs/cgroup/unified  cgroup2   rw
         `- /sys/kernel/tracing  tracefs   rw
      20 mounts, all private; -v shows each
    user          uid 0, gid 0, no other groups
    capabilities  40 of 41, all but CAP_SYS_RESOURCE
    privileges    no_new_privs is not set, seccomp: none
    cgroup        /
    unknown       hostname

container web (runc)   init 256595 = pid 1   cgroup /web
    set-up 40.0 ms, 284 calls
  in          container sh
  bundle      /tmp/golden/bundle
   +0.0 ms  create       runc 256575: runc --root /tmp/golden/state run --bundle
                         <bundle> web
   +2.2 ms               runc 256575: asks what the kernel can do (seccomp, 7
                         probes)
   +6.7 ms               runc 256575: fifo /tmp/golden/state/web/exec.fifo
                         (outside)
   +7.2 ms               runc 256575: makes parent 256592 (vfork), which only
                         makes the next one
   +7.3 ms               parent 256592: executes itself again: runc init
   +7.6 ms  cgroup       runc 256575: cpuset.cpus = 0-1, cpuset.mems = 0
   +7.8 ms               runc 256575: parent 256592 into /web of cpuset,
                         devices, memory, cpu, cpuacct, pids, blkio, freezer,
                         systemd, unified (20.0 ms)
  +12.4 ms  create       parent 256592: protects its executable: executes a
                         sealed copy in memory
  +27.9 ms               parent 256592: makes child 256594 (as its sibling),
                         which makes the namespaces
  +28.1 ms  namespaces   child 256594: new mnt 4026532179, pid 4026532183,
                         net 4026532184, uts 4026532180, ipc 4026532182
  +28.6 ms  create       child 256594: makes init 256595 (as its sibling), which
                         sets the mounts up and becomes the program
  +31.0 ms               asks what the kernel can do (seccomp, 7 probes)
  +32.7 ms  identity     limits: NOFILE 1024
  +32.7 ms               session keyring _ses.web
  +33.0 ms  rootfs       / and all below made rslave
  +33.0 ms               /tmp (outside) made private
  +33.0 ms               <bundle>/rootfs bound on itself, with all below
  +33.1 ms  mounts       proc on /proc
  +33.2 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=0755,mode=755,size=65536k)
  +33.3 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +33.4 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +33.4 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +33.5 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +33.8 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec;
                         mode=0555,mode=755)
  +33.9 ms               /sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*: cpu,
                         cpuacct, cpuset, memory, devices, freezer, blkio, pids,
                         systemd (ro,nosuid,nodev,noexec,relatime) (1.0 ms)
  +34.9 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +35.4 ms  cgroup       runc 256575: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +35.7 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.03
                         ms later: gone
  +35.8 ms               / now read-only
  +35.8 ms  identity     hostname web
  +35.9 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger
  +36.1 ms  identity     no_new_privs
  +36.2 ms               runc 256575: init 256595 gets limits: NOFILE 1024
  +36.7 ms               dropped from the bounding set: 37 capabilities
  +36.9 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +36.9 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +39.3 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 3 of 41
                         capabilities; no_new_privs; no seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           256595, 1 in its pid namespace
    namespaces    new: mnt 4026532179, uts 4026532180, ipc 4026532182,
                  net 4026532184, pid 4026532183
                  the host's: cgroup 4026531835, time 4026531834,
                  user 4026531837
    root          / (ext4 /dev/vda[/tmp/golden/bundle/rootfs])
    cwd           /
    mounts
      /                       ext4    ro                      /dev/vda[/tmp/g...
      |- /dev                 tmpfs   rw,nosuid               mode=0755,mode=...
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
         `- /sys/fs/cgroup    tmpfs   rw,nosuid,nodev,noexec  mode=0555,mode=755
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

container web   exited with 0 after 1.0 ms

container sh   exited with 0 after 54.4 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:12.219715Z: 434 events, 359 calls
cttrace: nothing lost
