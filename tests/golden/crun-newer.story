container sh (unshare)   mounts of its own, the starter's pids   program 256629
    set-up 1.5 ms, 20 calls
   +0.0 ms  create       unshare --mount --propagation slave sh -c ...
                         --cgroup-manager=cgroupfs run --bundle
                         /tmp/golden/bundle web
   +1.3 ms  namespaces   new mnt 4026532178
   +1.3 ms  mounts       / and all below made rslave
   +1.4 ms  hand-over    execve sh -c $'set -e\n        mount --bind "$0" "$0"\n
                         cd "$0"\n        for each in dev proc sys run tmp; do
                         mount --rbind /$each $each; done\n        pivot_root .
                         mnt\n        umount -l /mnt\n        cd "$1"\n
                         shift\n        exec "$@" ' /tmp/golden/debian-13
                         /tmp/golden unshare -m --propagation slave sh -c
                         'umount -l /sys/fs/cgroup/unified; exec "$@"' x crun
                         --root /tmp/golden/state --cgroup-manager=cgroupfs run
                         --bundle /tmp/golden/bundle web: uid 0, gid 0; 40 of 41
                         capabilities; no seccomp filter
  handed over
    program       sh -c
                  $'set -e\n        mount --bind "$0" "$0"\n        cd "$0"\n        for each in dev proc sys run tmp; do mount --rbind /$each $each; done\n        pivot_root . mnt\n        umount -l /mnt\n        cd "$1"\n        shift\n        exec "$@" '
                  /tmp/golden/debian-13 /tmp/golden unshare -m --propagation
                  slave sh -c 'umount -l /sys/fs/cgroup/unified; exec "$@"' x
                  crun --root /tmp/golden/state --cgroup-manager=cgroupfs run
                  --bundle /tmp/golden/bundle web
    executable    /usr/bin/dash
    pid           256629
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

container unshare (dash)   another root in the namespaces of its container
    program 256629   set-up 11.1 ms, 51 calls
  in          container sh
  rootfs      /tmp/golden/debian-13
   +0.0 ms  create       makes mount 256630 (vfork), which sets the mounts up
   +0.0 ms               mount 256630: mount --bind <rootfs> <rootfs>
   +1.4 ms  rootfs       mount 256630: <rootfs> bound on itself
   +1.6 ms  create       makes mount 256631 (vfork), which sets the mounts up
   +1.6 ms               mount 256631: mount --rbind /dev dev
   +2.7 ms  mounts       mount 256631: /dev (outside) bound on /dev, with all
                         below
   +2.8 ms  create       makes mount 256632 (vfork), which sets the mounts up
   +2.9 ms               mount 256632: mount --rbind /proc proc
   +4.0 ms  mounts       mount 256632: /proc (outside) bound on /proc, with all
                         below
   +4.1 ms  create       makes mount 256633 (vfork), which sets the mounts up
   +4.1 ms               mount 256633: mount --rbind /sys sys
   +5.2 ms  mounts       mount 256633: /sys (outside) bound on /sys, with all
                         below
   +5.3 ms  create       makes mount 256634 (vfork), which sets the mounts up
   +5.3 ms               mount 256634: mount --rbind /run run
   +6.4 ms  mounts       mount 256634: /run (outside) bound on /run, with all
                         below
   +6.5 ms  create       makes mount 256635 (vfork), which sets the mounts up
   +6.5 ms               mount 256635: mount --rbind /tmp tmp
   +7.6 ms  mounts       mount 256635: /tmp (outside) bound on /tmp, with all
                         below
   +7.7 ms  create       makes pivot_root 256636 (vfork)
   +7.7 ms               pivot_root 256636: pivot_root . mnt
   +8.5 ms  root switch  pivot_root 256636: pivot_root(".", "mnt"): <rootfs>
                         becomes /; the old root goes to <rootfs>/mnt
   +8.7 ms  create       makes umount 256637 (vfork), which sets the mounts up
   +8.8 ms               umount 256637: umount -l /mnt
  +10.6 ms  mounts       umount 256637: /mnt detached
  +10.9 ms  hand-over    execve unshare -m --propagation slave sh -c 'umount -l
                         /sys/fs/cgroup/unified; exec "$@"' x crun --root
                         /tmp/golden/state --cgroup-manager=cgroupfs run
                         --bundle /tmp/golden/bundle web: uid 0, gid 0; 40 of 41
                         capabilities; no seccomp filter
  handed over
    program       unshare -m --propagation slave sh -c
                  'umount -l /sys/fs/cgroup/unified; exec "$@"' x crun --root
                  /tmp/golden/state --cgroup-manager=cgroupfs run --bundle
                  /tmp/golden/bundle web
    executable    /usr/bin/unshare
    pid           256629
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

container sh (unshare)   mounts of its own, the starter's pids   program 256629
    set-up 0.23 ms, 19 calls
  in          container unshare
   +0.0 ms  namespaces   new mnt 4026532179
   +0.1 ms  mounts       / and all below made rslave
   +0.1 ms  hand-over    execve sh -c 'umount -l /sys/fs/cgroup/unified; exec
                         "$@"' x crun --root /tmp/golden/state
                         --cgroup-manager=cgroupfs run --bundle
                         /tmp/golden/bundle web: uid 0, gid 0; 40 of 41
                         capabilities; no seccomp filter
  handed over
    program       sh -c 'umount -l /sys/fs/cgroup/unified; exec "$@"' x crun
                  --root /tmp/golden/state --cgroup-manager=cgroupfs run
                  --bundle /tmp/golden/bundle web
    executable    /usr/bin/dash
    pid           256629
    namespaces    new: mnt 4026532179
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

container web (crun)   init 256639 = pid 1   cgroup /web
    set-up 13.1 ms, 191 calls
  in          container sh
  bundle      /tmp/golden/bundle
   +0.0 ms  create       crun 256629: crun --root /tmp/golden/state
                         --cgroup-manager=cgroupfs run --bundle <bundle> web
   +1.1 ms               crun 256629: executes itself again: crun --root
                         /tmp/golden/state --cgroup-manager=cgroupfs run
                         --bundle <bundle> web
   +2.2 ms  identity     crun 256629: session keyring web
   +2.2 ms               crun 256629: limits: NOFILE 1024
   +2.2 ms  create       crun 256629: makes crun 256639, which makes the
                         namespaces, sets the mounts up and becomes the program
   +2.8 ms  namespaces   new mnt 4026532178, pid 4026532182, net 4026532183,
                         uts 4026532180, ipc 4026532181
   +3.0 ms  cgroup       crun 256629: crun 256639 into /web of systemd, pids,
                         blkio, freezer, devices (8.3 ms)
  +11.3 ms               crun 256629: memory.limit_in_bytes = -1,
                         memory.kmem.limit_in_bytes = -1,
                         memory.memsw.limit_in_bytes = -1
  +11.4 ms               crun 256629: crun 256639 into /web of memory
  +11.4 ms               crun 256629: cpuset.cpus = 0-1, cpuset.mems = 0
  +11.4 ms               crun 256629: crun 256639 into /web of cpuset, cpuacct,
                         cpu
  +11.5 ms               crun 256629: devices.deny = a, devices.allow = c *:* m,
                         b *:* m, c 1:3 rwm, c 1:8 rwm, c 1:7 rwm, c 5:0 rwm,
                         c 1:5 rwm, c 1:9 rwm, c 5:1 rwm, c 136:* rwm,
                         c 5:2 rwm, c 10:200 rwm
  +11.9 ms  rootfs       / and all below made rprivate
  +11.9 ms               /tmp (outside) made private
  +11.9 ms               <bundle>/rootfs bound on itself, with all below, made
                         private
  +11.9 ms  mounts       proc on /proc
  +12.0 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +12.0 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +12.0 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +12.1 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +12.2 ms               sysfs on /sys (nosuid,nodev,noexec)
  +12.2 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec,relatime;
                         size=1024k)
  +12.2 ms               /sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*:
                         systemd, pids, blkio, freezer, devices, memory, cpuset,
                         cpuacct, cpu
  +12.3 ms  devices      /dev/null c 1:3, /dev/zero c 1:5, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/random c 1:8, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +12.5 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder
  +12.7 ms  mounts       /sys/fs/cgroup/cpu, /sys/fs/cgroup/cpuacct,
                         /sys/fs/cgroup/cpuset, /sys/fs/cgroup/memory,
                         /sys/fs/cgroup/devices, /sys/fs/cgroup/freezer,
                         /sys/fs/cgroup/blkio, /sys/fs/cgroup/pids,
                         /sys/fs/cgroup/systemd now
                         ro,nosuid,nodev,noexec,relatime
  +12.8 ms               /sys now ro,nosuid,nodev,noexec
  +12.8 ms  rootfs       <bundle>/rootfs now read-only
  +12.8 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rprivate, is detached 0.03
                         ms later: gone
  +12.8 ms               / and all below made rprivate
  +12.9 ms  identity     hostname web
  +12.9 ms               dropped from the bounding set: 37 capabilities
  +13.0 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +13.0 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +13.0 ms               no_new_privs
  +13.0 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 3 of 41
                         capabilities; no_new_privs; no seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           256639, 1 in its pid namespace
    namespaces    new: mnt 4026532178, uts 4026532180, ipc 4026532181,
                  net 4026532183, pid 4026532182
                  the host's: cgroup 4026531835, time 4026531834,
                  user 4026531837
    root          / (ext4 /dev/vda[/tmp/golden/bundle/rootfs])
    cwd           /
    mounts
      /                       ext4      ro
          /dev/vda[/tmp/golden/bundle/rootfs]  discard,resv_strict,resuid=655...
      |- /dev                 tmpfs     rw,nosuid               mode=755,size...
      |  |- /dev/mqueue       mqueue    rw,nosuid,nodev,noexec
      |  |- /dev/pts          devpts    rw,nosuid,noexec        newinstance,p...
      |  `- /dev/shm          tmpfs     rw,nosuid,nodev,noexec  shm ...
      |- /proc                proc      rw
      |  |- /proc/acpi        tmpfs     ro                      size=0k
      |  |- /proc/{bus,fs,irq,sys}  proc      ro
      |  |      (each bound on itself)
      |  |- /proc/keys        devtmpfs  ro
      |  |      devtmpfs[/null]  size=12334432k,nr_inodes=3083608,mode=755
      |  `- /proc/timer_list  devtmpfs  ro
      |         devtmpfs[/null]  size=12334432k,nr_inodes=3083608,mode=755
      `- /sys                 sysfs     ro,nosuid,nodev,noexec
         |- /sys/firmware     tmpfs     ro                      size=0k
         `- /sys/fs/cgroup    tmpfs     rw,nosuid,nodev,noexec  cgroup ...
            `- /sys/fs/cgroup/{blkio,cpu,7 more}
                              cgroup    ro,nosuid,nodev,noexec  cgroup[/web]
      25 mounts, all private; -v shows each
    devices       /dev/null 0666, /proc/{keys,timer_list} 0666 uid ? gid ?,
                  /dev/{full,random,tty,urandom,zero} 0666?
    user          uid 0, gid 0, no other groups
    capabilities  3 of 41: CAP_KILL CAP_NET_BIND_SERVICE CAP_AUDIT_WRITE
    privileges    no_new_privs, seccomp: none
    limits        nofile 1024
    cgroup        /web, in cgroup2: /
    hostname      web
    also          session keyring web
    inferred      13 of 25 mounts, hostname

container web   exited with 0 after 0.71 ms

container sh (program 256629)   exited with 0 after 17.3 ms

container sh   exited with 0 after 29.9 ms

container unshare   exited with 0 after 18.1 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:13.029369Z: 339 events, 291 calls
cttrace: nothing lost
