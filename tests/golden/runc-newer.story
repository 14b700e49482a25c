container sh (unshare)   mounts of its own, the starter's pids   program 256575
    set-up 1.6 ms, 20 calls
   +0.0 ms  create       unshare --mount --propagation slave sh -c ... runc
                         --root /tmp/golden/state run --bundle
                         /tmp/golden/bundle web
   +1.3 ms  namespaces   new mnt 4026532178
   +1.4 ms  mounts       / and all below made rslave
   +1.5 ms  hand-over    execve sh -c $'set -e\n        mount --bind "$0" "$0"\n
                         cd "$0"\n        for each in dev proc sys run tmp; do
                         mount --rbind /$each $each; done\n        pivot_root .
                         mnt\n        umount -l /mnt\n        cd "$1"\n
                         shift\n        exec "$@" ' /tmp/golden/debian-13
                         /tmp/golden runc --root /tmp/golden/state run --bundle
                         /tmp/golden/bundle web: uid 0, gid 0; 40 of 41
                         capabilities; no seccomp filter
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
    cgroup        in cgroup2: /
    unknown       cgroup in blkio, cpu, cpuacct, cpuset, devices, freezer,
                  memory, name=systemd and pids, hostname

container runc (dash)   another root in the namespaces of its container
    program 256575   set-up 11.5 ms, 50 calls
  in          container sh
  rootfs      /tmp/golden/debian-13
   +0.0 ms  create       makes mount 256576 (vfork), which sets the mounts up
   +0.0 ms               mount 256576: mount --bind <rootfs> <rootfs>
   +1.8 ms  rootfs       mount 256576: <rootfs> bound on itself
   +2.0 ms  create       makes mount 256577 (vfork), which sets the mounts up
   +2.0 ms               mount 256577: mount --rbind /dev dev
   +3.4 ms  mounts       mount 256577: /dev (outside) bound on /dev, with all
                         below
   +3.5 ms  create       makes mount 256578 (vfork), which sets the mounts up
   +3.6 ms               mount 256578: mount --rbind /proc proc
   +4.6 ms  mounts       mount 256578: /proc (outside) bound on /proc, with all
                         below
   +4.7 ms  create       makes mount 256579 (vfork), which sets the mounts up
   +4.8 ms               mount 256579: mount --rbind /sys sys
   +5.8 ms  mounts       mount 256579: /sys (outside) bound on /sys, with all
                         below
   +5.9 ms  create       makes mount 256580 (vfork), which sets the mounts up
   +5.9 ms               mount 256580: mount --rbind /run run
   +7.1 ms  mounts       mount 256580: /run (outside) bound on /run, with all
                         below
   +7.2 ms  create       makes mount 256581 (vfork), which sets the mounts up
   +7.2 ms               mount 256581: mount --rbind /tmp tmp
   +8.2 ms  mounts       mount 256581: /tmp (outside) bound on /tmp, with all
                         below
   +8.4 ms  create       makes pivot_root 256582 (vfork)
   +8.4 ms               pivot_root 256582: pivot_root . mnt
   +9.5 ms  root switch  pivot_root 256582: pivot_root(".", "mnt"): <rootfs>
                         becomes /; the old root goes to <rootfs>/mnt
   +9.6 ms  create       makes umount 256583 (vfork), which sets the mounts up
   +9.7 ms               umount 256583: umount -l /mnt
  +11.1 ms  mounts       umount 256583: /mnt detached
  +11.3 ms  hand-over    execve runc --root /tmp/golden/state run --bundle
                         /tmp/golden/bundle web: uid 0, gid 0; 40 of 41
                         capabilities; no seccomp filter
  handed over
    program       runc --root /tmp/golden/state run --bundle /tmp/golden/bundle
                  web
    executable    /usr/sbin/runc
    pid           256575
    namespaces    the starter's: mnt 4026532178
                  the host's: uts 4026531838, ipc 4026531839, net 4026531833,
                  cgroup 4026531835, pid 4026531836, time 4026531834,
                  user 4026531837
    root          / (ext4 /dev/vda[/tmp/golden/debian-13])
    cwd           /tmp/golden
    mounts
      /                          ext4      rw
          /dev/vda[/tmp/golden/debian-13]  discard,resv_strict,resuid=65534,r...
      |- /dev                    devtmpfs  rw  size=12334432k,nr_inodes=30836...
      |  |- /dev/pts             devpts    rw  (under devpts)  mode=600,ptmxm...
      |  |  `- /dev/pts          devpts    rw  mode=600,ptmxmode=000
      |  `- /dev/shm             tmpfs     rw  (under tmpfs)  size=24683652k
      |     `- /dev/shm          tmpfs     rw  size=24683652k
      |- /proc                   proc      rw
      |- /run                    ext4      rw  /dev/vda[/run]  discard,resv_s...
      |- /sys                    sysfs     rw
      |  |- /sys/fs/cgroup       tmpfs     rw  mode=755
      |  |  |- /sys/fs/cgroup/{blkio,cpu,7 more}  cgroup    rw
      |  |  `- /sys/fs/cgroup/unified  cgroup2   rw
      |  `- /sys/kernel/tracing  tracefs   rw
      `- /tmp                    ext4      rw  /dev/vda[/tmp]  discard,resv_s...
         `- /tmp/golden/debian-13  ext4      rw
                /dev/vda[/tmp/golden/debian-13]  discard,resv_strict,resuid=6...
            |- /tmp/golden/debian-13/dev  devtmpfs  rw  size=12334432k,nr_ino...
            |  |- /tmp/golden/debian-13/dev/pts  devpts    rw
            |  |      (under devpts)  mode=600,ptmxmode=000
            |  |  `- /tmp/golden/debian-13/dev/pts  devpts    rw  mode=600,pt...
            |  `- /tmp/golden/debian-13/dev/shm  tmpfs     rw  (under tmpfs) ...
            |     `- /tmp/golden/debian-13/dev/shm  tmpfs     rw  size=24683652k
            |- /tmp/golden/debian-13/proc  proc      rw
            |- /tmp/golden/debian-13/run  ext4      rw  /dev/vda[/run] ...
            `- /tmp/golden/debian-13/sys  sysfs     rw
               |- /tmp/golden/debian-13/sys/fs/cgroup  tmpfs     rw  mode=755
               |  |- /tmp/golden/debian-13/sys/fs/cgroup/{blkio,8 more}
               |  |              cgroup    rw
               |  `- /tmp/golden/debian-13/sys/fs/cgroup/unified
               |                 cgroup2   rw
               `- /tmp/golden/debian-13/sys/kernel/tracing
                                 tracefs   rw
      43 mounts, all private; -v shows each
    user          uid 0, gid 0, no other groups
    capabilities  40 of 41, all but CAP_SYS_RESOURCE
    privileges    no_new_privs is not set, seccomp: none
    cgroup        in cgroup2: /
    unknown       cgroup in blkio, cpu, cpuacct, cpuset, devices, freezer,
                  memory, name=systemd and pids, hostname

container web (runc)   init 256595 = pid 1   cgroup /web
    set-up 37.8 ms, 283 calls
  in          container runc
  bundle      /tmp/golden/bundle
   +0.0 ms  create       runc 256575: asks what the kernel can do (seccomp, 7
                         probes)
   +4.5 ms               runc 256575: fifo /tmp/golden/state/web/exec.fifo
                         (outside)
   +5.0 ms               runc 256575: makes parent 256592 (vfork), which only
                         makes the next one
   +5.1 ms               parent 256592: executes itself again: runc init
   +5.4 ms  cgroup       runc 256575: cpuset.cpus = 0-1, cpuset.mems = 0
   +5.6 ms               runc 256575: parent 256592 into /web of cpuset,
                         devices, memory, cpu, cpuacct, pids, blkio, freezer,
                         systemd, unified (20.0 ms)
  +10.2 ms  create       parent 256592: protects its executable: executes a
                         sealed copy in memory
  +25.7 ms               parent 256592: makes child 256594 (as its sibling),
                         which makes the namespaces
  +25.9 ms  namespaces   child 256594: new mnt 4026532179, pid 4026532183,
                         net 4026532184, uts 4026532180, ipc 4026532182
  +26.4 ms  create       child 256594: makes init 256595 (as its sibling), which
                         sets the mounts up and becomes the program
  +28.8 ms               asks what the kernel can do (seccomp, 7 probes)
  +30.5 ms  identity     limits: NOFILE 1024
  +30.5 ms               session keyring _ses.web
  +30.8 ms  rootfs       / and all below made rslave
  +30.8 ms               /tmp (outside) made private
  +30.8 ms               <bundle>/rootfs bound on itself, with all below
  +30.9 ms  mounts       proc on /proc
  +31.0 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=0755,mode=755,size=65536k)
  +31.1 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +31.1 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +31.2 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +31.3 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +31.6 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec;
                         mode=0555,mode=755)
  +31.7 ms               /sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*, with
                         all below: cpu, cpuacct, cpuset, memory, devices,
                         freezer, blkio, pids, systemd
                         (ro,nosuid,nodev,noexec,relatime) (1.0 ms)
  +32.7 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +33.2 ms  cgroup       runc 256575: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +33.4 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.03
                         ms later: gone
  +33.6 ms               / now read-only
  +33.6 ms  identity     hostname web
  +33.6 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger
  +33.9 ms  identity     no_new_privs
  +34.0 ms               runc 256575: init 256595 gets limits: NOFILE 1024
  +34.5 ms               dropped from the bounding set: 37 capabilities
  +34.7 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +34.7 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +37.1 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 3 of 41
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

container web   exited with 0 after 1.0 ms

container runc   exited with 0 after 42.1 ms

container sh   exited with 0 after 54.4 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:12.219715Z: 434 events, 359 calls
cttrace: nothing lost
