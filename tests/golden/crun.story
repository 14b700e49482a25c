container sh (unshare)   mounts of its own, the starter's pids   program 256607
    set-up 1.5 ms, 20 calls
   +0.0 ms  create       unshare -m --propagation slave sh -c 'umount -l
                         /sys/fs/cgroup/unified; exec "$@"' ...
                         --cgroup-manager=cgroupfs run web
   +1.2 ms  namespaces   new mnt 4026532178
   +1.3 ms  mounts       / and all below made rslave
   +1.4 ms  hand-over    execve sh -c 'umount -l /sys/fs/cgroup/unified; exec
                         "$@"' x crun --root /tmp/golden/state
                         --cgroup-manager=cgroupfs run web: uid 0, gid 0; 40 of
                         41 capabilities; no seccomp filter
  handed over
    program       sh -c 'umount -l /sys/fs/cgroup/unified; exec "$@"' x crun
                  --root /tmp/golden/state --cgroup-manager=cgroupfs run web
    executable    /usr/bin/dash
    pid           256607
    namespaces    new: mnt 4026532178
                  the host's: uts 4026531838, ipc 4026531839, net 4026531833,
                  cgroup 4026531835, pid 4026531836, time 4026531834,
                  user 4026531837
    root          / (ext4 /dev/vda)
    cwd           /tmp/golden/bundle
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

container web (crun)   init 256609 = pid 1   cgroup /web
    set-up 29.1 ms, 186 calls
  in          container sh
  bundle      /tmp/golden/bundle
   +0.0 ms  create       crun 256607: crun --root /tmp/golden/state
                         --cgroup-manager=cgroupfs run web (1.2 ms)
   +3.2 ms               crun 256607: protects its executable: binds it
                         read-only, detaches that, executes it from there
   +4.9 ms  identity     crun 256607: session keyring web
   +5.0 ms               crun 256607: limits: NOFILE 1024
   +5.0 ms  create       crun 256607: makes crun 256609, which makes the
                         namespaces, sets the mounts up and becomes the program
   +5.5 ms  namespaces   new mnt 4026532179, pid 4026532183, net 4026532184,
                         uts 4026532180, ipc 4026532182
   +5.8 ms  cgroup       crun 256607: crun 256609 into /web of systemd, pids,
                         blkio, freezer, devices (21.2 ms)
  +27.1 ms               crun 256607: memory.limit_in_bytes = -1,
                         memory.kmem.limit_in_bytes = -1,
                         memory.memsw.limit_in_bytes = -1
  +27.1 ms               crun 256607: crun 256609 into /web of memory
  +27.1 ms               crun 256607: cpuset.cpus = 0-1, cpuset.mems = 0
  +27.2 ms               crun 256607: crun 256609 into /web of cpuset, cpuacct,
                         cpu
  +27.4 ms               crun 256607: devices.deny = a, devices.allow = c *:* m,
                         b *:* m, c 1:3 rwm, c 1:8 rwm, c 1:7 rwm, c 5:0 rwm,
                         c 1:5 rwm, c 1:9 rwm, c 5:1 rwm, c 136:* rwm, c 5:2 rwm
  +27.7 ms  rootfs       / and all below made rprivate
  +27.7 ms               / made private
  +27.7 ms               <bundle>/rootfs bound on itself, with all below, made
                         private
  +27.8 ms  mounts       proc on /proc
  +27.8 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +27.8 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +27.9 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +27.9 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +27.9 ms               sysfs on /sys (nosuid,nodev,noexec)
  +27.9 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec,relatime;
                         size=1024k)
  +28.0 ms               /sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*:
                         systemd, pids, blkio, freezer, devices, memory, cpuset,
                         cpuacct, cpu
  +28.1 ms  devices      /dev/null c 1:3, /dev/zero c 1:5, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/random c 1:8, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +28.3 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder
  +28.5 ms  mounts       /sys/fs/cgroup/cpu, /sys/fs/cgroup/cpuacct,
                         /sys/fs/cgroup/cpuset, /sys/fs/cgroup/memory,
                         /sys/fs/cgroup/devices, /sys/fs/cgroup/freezer,
                         /sys/fs/cgroup/blkio, /sys/fs/cgroup/pids,
                         /sys/fs/cgroup/systemd now
                         ro,nosuid,nodev,noexec,relatime
  +28.6 ms               /sys now ro,nosuid,nodev,noexec
  +28.6 ms  rootfs       <bundle>/rootfs now read-only
  +28.6 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rprivate, is detached 0.04
                         ms later: gone
  +28.6 ms               / and all below made rprivate
  +28.7 ms  identity     hostname web
  +28.8 ms               dropped from the bounding set: 37 capabilities
  +28.9 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +28.9 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +28.9 ms               no_new_privs
  +28.9 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 3 of 41
                         capabilities; no_new_privs; no seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           256609, 1 in its pid namespace
    namespaces    new: mnt 4026532179, uts 4026532180, ipc 4026532182,
                  net 4026532184, pid 4026532183
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

container web   exited with 0 after 0.74 ms

container sh   exited with 0 after 34.1 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:12.533477Z: 236 events, 214 calls
cttrace: nothing lost
