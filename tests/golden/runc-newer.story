container sh (unshare)   mounts of its own, the starter's pids   program 12102
    set-up 1.5 ms, 20 calls
   +0.0 ms  create       unshare --mount --propagation slave sh -c ...
                         /tmp/golden runc --root /tmp/golden/state run --bundle
                         /tmp/golden/bundle web
   +1.0 ms  namespaces   new mnt 4026532178
   +1.1 ms  mounts       / and all below made rslave
   +1.3 ms  hand-over    execve sh -c 'set -e\x0a        mount --bind "$0"
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
    pid           12102
    namespaces    new: mnt 4026532178
                  the host's: uts 4026531838, ipc 4026531839, net 4026531833,
                  cgroup 4026531835, pid 4026531836, time 4026531834,
                  user 4026531837
    root          / (ext4 /dev/vda)
    cwd           /
    mounts
      /                          ext4      rw  /dev/vda  discard,resv_strict,...
      |- /dev                    devtmpfs  rw  size=12334460k,nr_inodes=30836...
      |  |- /dev/pts             devpts    rw  (under devpts)  mode=600,ptmxm...
      |  |  `- /dev/pts          devpts    rw  mode=600,ptmxmode=000
      |  `- /dev/shm             tmpfs     rw  (under tmpfs)  size=24684084k
      |     `- /dev/shm          tmpfs     rw  size=24684084k
      |- /proc                   proc      rw
      `- /sys                    sysfs     rw
         |- /sys/fs/bpf          bpf       rw
         |- /sys/fs/cgroup       tmpfs     rw  mode=755
         |  |- /sys/fs/cgroup/{blkio,cpu,7 more}  cgroup    rw
         |  `- /sys/fs/cgroup/unified  cgroup2   rw
         `- /sys/kernel/tracing  tracefs   rw
      21 mounts, all private; -v shows each
    user          uid 0, gid 0, no other groups
    capabilities  40 of 41, all but CAP_SYS_RESOURCE
    privileges    no_new_privs is not set, seccomp: none
    cgroup        /
    unknown       hostname

container web (runc)   init 12122 = pid 1   cgroup /web
    set-up 89.1 ms, 290 calls
  in          container sh
  bundle      /tmp/golden/bundle
   +0.0 ms  create       runc 12102: runc --root /tmp/golden/state run --bundle
                         <bundle> web (4.4 ms)
   +9.0 ms               runc 12102: asks what the kernel can do (seccomp, 7
                         probes)
  +25.1 ms               runc 12102: fifo /tmp/golden/state/web/exec.fifo
                         (outside)
  +25.8 ms               runc 12102: makes parent 12118 (vfork), which only
                         makes the next one (2.4 ms)
  +26.0 ms               parent 12118: executes itself again: runc init
  +28.4 ms  cgroup       runc 12102: cpuset.cpus = 0-1, cpuset.mems = 0
  +28.4 ms               runc 12102: parent 12118 into /web of cpuset, devices,
                         memory, cpu, cpuacct, pids, blkio, freezer, systemd,
                         unified (16.4 ms)
  +31.5 ms  create       parent 12118: protects its executable: executes a
                         sealed copy in memory
  +48.5 ms               parent 12118: makes child 12121 (as its sibling), which
                         makes the namespaces
  +52.2 ms  namespaces   child 12121: new mnt 4026532179, pid 4026532182,
                         net 4026532183, uts 4026532180, ipc 4026532181
  +52.9 ms  create       child 12121: makes init 12122 (as its sibling), which
                         sets the mounts up and becomes the program
  +62.3 ms               asks what the kernel can do (seccomp, 7 probes)
  +64.0 ms  identity     limits: NOFILE 1024
  +64.1 ms               session keyring _ses.web
  +64.3 ms  rootfs       / and all below made rslave
  +64.3 ms               /tmp (outside) made private
  +64.4 ms               <bundle>/rootfs bound on itself, with all below
  +64.5 ms  mounts       proc on /proc
  +64.5 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=0755,mode=755,size=65536k)
  +64.6 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +64.7 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +64.8 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +64.9 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +65.3 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec;
                         mode=0555,mode=755)
  +65.4 ms               /sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*: cpu,
                         cpuacct, cpuset, memory, devices, freezer, blkio, pids,
                         systemd (ro,nosuid,nodev,noexec,relatime) (1.4 ms)
  +66.8 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +67.2 ms  cgroup       runc 12102: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +67.5 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.08
                         ms later: gone (3.1 ms)
  +70.7 ms               / now read-only
  +70.7 ms  identity     hostname web
  +70.7 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger, /proc/asound, /proc/kcore,
                         /proc/latency_stats, /proc/timer_stats,
                         /proc/sched_debug, /proc/scsi (13.6 ms)
  +84.3 ms  identity     no_new_privs
  +84.4 ms               runc 12102: init 12122 gets limits: NOFILE 1024
  +85.3 ms               dropped from the bounding set: 37 capabilities
  +85.6 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +85.6 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +85.9 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 3 of 41
                         capabilities; no_new_privs; no seccomp filter (3.2 ms)
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           12122, 1 in its pid namespace
    namespaces    new: mnt 4026532179, uts 4026532180, ipc 4026532181,
                  net 4026532183, pid 4026532182
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

container web   exited with 0 after 1.6 ms

container sh   exited with 0 after 136.0 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-25T04:01:32.212536Z: 435 events, 360 calls
cttrace: nothing lost
