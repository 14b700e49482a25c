container sh (unshare)   mounts of its own, the starter's pids   program 256617
    set-up 1.8 ms, 20 calls
   +0.0 ms  create       unshare -m --propagation slave sh -c 'umount -l
                         /sys/fs/cgroup/unified; exec "$@"' ...
                         --cgroup-manager=cgroupfs run web
   +1.6 ms  namespaces   new mnt 4026532178
   +1.6 ms  mounts       / and all below made rslave
   +1.7 ms  hand-over    execve sh -c 'umount -l /sys/fs/cgroup/unified; exec
                         "$@"' x crun --root /tmp/golden/state
                         --cgroup-manager=cgroupfs run web: uid 0, gid 0; 40 of
                         41 capabilities; no seccomp filter
  handed over
    program       sh -c 'umount -l /sys/fs/cgroup/unified; exec "$@"' x crun
                  --root /tmp/golden/state --cgroup-manager=cgroupfs run web
    executable    /usr/bin/dash
    pid           256617
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

container web (crun)   container with users of its own   init 256620 = pid 1
    cgroup /web   set-up 18.0 ms, 196 calls
  in          container sh
  bundle      /tmp/golden/bundle
   +0.0 ms  create       crun 256617: crun --root /tmp/golden/state
                         --cgroup-manager=cgroupfs run web
   +1.8 ms               crun 256617: protects its executable: binds it
                         read-only, detaches that, executes it from there
   +3.4 ms  identity     crun 256617: session keyring web
   +3.4 ms               crun 256617: limits: NOFILE 1024
   +3.4 ms  create       crun 256617: makes crun 256619, which makes the
                         namespaces
   +3.5 ms  namespaces   crun 256619: new user 4026532179
   +3.6 ms  user maps    crun 256617: uids 0 100000 65536; gids 0 100000 65536
                         (inside outside count), for crun 256619
   +3.6 ms  identity     crun 256619: uid 0, gid 0
   +3.6 ms  namespaces   crun 256619: new mnt 4026532180, pid 4026532183,
                         net 4026532184, uts 4026532181, ipc 4026532182
   +4.2 ms  create       crun 256619: makes crun 256620, which makes the
                         namespaces, sets the mounts up and becomes the program
   +4.5 ms  cgroup       crun 256617: crun 256620 into /web of systemd, pids,
                         blkio, freezer, devices (11.6 ms)
  +16.2 ms               crun 256617: memory.limit_in_bytes = -1,
                         memory.kmem.limit_in_bytes = -1,
                         memory.memsw.limit_in_bytes = -1
  +16.2 ms               crun 256617: crun 256620 into /web of memory
  +16.3 ms               crun 256617: cpuset.cpus = 0-1, cpuset.mems = 0
  +16.3 ms               crun 256617: crun 256620 into /web of cpuset, cpuacct,
                         cpu
  +16.4 ms               crun 256617: devices.deny = a, devices.allow = c *:* m,
                         b *:* m, c 1:3 rwm, c 1:8 rwm, c 1:7 rwm, c 5:0 rwm,
                         c 1:5 rwm, c 1:9 rwm, c 5:1 rwm, c 136:* rwm, c 5:2 rwm
  +16.7 ms  rootfs       / and all below made rprivate
  +16.7 ms               / made private
  +16.7 ms               <bundle>/rootfs bound on itself, with all below, made
                         private
  +16.7 ms  namespaces   new cgroup 4026532253
  +16.8 ms  mounts       proc on /proc
  +16.8 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +16.8 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +16.9 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +16.9 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +16.9 ms               sysfs on /sys (nosuid,nodev,noexec)
  +16.9 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec,relatime;
                         size=1024k)
  +17.0 ms               cgroup of /sys/fs/cgroup/systemd on
                         /sys/fs/cgroup/systemd (nosuid,nodev,noexec,relatime;
                         name=systemd)
  +17.0 ms               cgroup of /sys/fs/cgroup/pids on /sys/fs/cgroup/pids
                         (nosuid,nodev,noexec,relatime; pids)
  +17.0 ms               cgroup of /sys/fs/cgroup/blkio on /sys/fs/cgroup/blkio
                         (nosuid,nodev,noexec,relatime; blkio)
  +17.0 ms               cgroup of /sys/fs/cgroup/freezer on
                         /sys/fs/cgroup/freezer (nosuid,nodev,noexec,relatime;
                         freezer)
  +17.0 ms               cgroup of /sys/fs/cgroup/devices on
                         /sys/fs/cgroup/devices (nosuid,nodev,noexec,relatime;
                         devices)
  +17.0 ms               cgroup of /sys/fs/cgroup/memory on
                         /sys/fs/cgroup/memory (nosuid,nodev,noexec,relatime;
                         memory)
  +17.1 ms               cgroup of /sys/fs/cgroup/cpuset on
                         /sys/fs/cgroup/cpuset (nosuid,nodev,noexec,relatime;
                         cpuset)
  +17.1 ms               cgroup of /sys/fs/cgroup/cpuacct on
                         /sys/fs/cgroup/cpuacct (nosuid,nodev,noexec,relatime;
                         cpuacct)
  +17.1 ms               cgroup of /sys/fs/cgroup/cpu on /sys/fs/cgroup/cpu
                         (nosuid,nodev,noexec,relatime; cpu)
  +17.1 ms  devices      /dev/* bound on /dev/*: null, zero, full, tty, random,
                         urandom (nosuid,noexec), made private
  +17.3 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder
  +17.4 ms  mounts       /sys/fs/cgroup/cpu, /sys/fs/cgroup/cpuacct,
                         /sys/fs/cgroup/cpuset, /sys/fs/cgroup/memory,
                         /sys/fs/cgroup/devices, /sys/fs/cgroup/freezer,
                         /sys/fs/cgroup/blkio, /sys/fs/cgroup/pids,
                         /sys/fs/cgroup/systemd now
                         ro,nosuid,nodev,noexec,relatime
  +17.5 ms               /sys now ro,nosuid,nodev,noexec
  +17.5 ms  rootfs       <bundle>/rootfs now read-only
  +17.5 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rprivate, is detached 0.04
                         ms later: gone
  +17.6 ms               / and all below made rprivate
  +17.8 ms  identity     hostname web
  +17.8 ms               dropped from the bounding set: 38 capabilities
  +17.8 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +17.8 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +17.8 ms               no_new_privs
  +17.9 ms  hand-over    execve /bin/echo hello: uid 0, gid 0 (100000, 100000
                         outside); 3 of 41 capabilities; no_new_privs; no
                         seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           256620, 1 in its pid namespace
    namespaces    new: mnt 4026532180, uts 4026532181, ipc 4026532182,
                  net 4026532184, cgroup 4026532253, pid 4026532183,
                  user 4026532179
                  the host's: time 4026531834
    root          / (ext4 /dev/vda[/tmp/golden/bundle/rootfs])
    cwd           /
    mounts
      /                       ext4      ro
          /dev/vda[/tmp/golden/bundle/rootfs]  discard,resv_strict,resuid=655...
      |- /dev                 tmpfs     rw,nosuid               mode=755,size...
      |  |- /dev/{full,null,random,tty,2 more}  devtmpfs  rw,nosuid,noexec
      |  |      devtmpfs[/*]
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
                              cgroup    ro,nosuid,nodev,noexec
                   /sys/fs/cgroup/blkio[/*]
      31 mounts, all private; -v shows each
    devices       /dev/{full,null,random,tty,urandom,zero} 0666 uid ? gid ?,
                  /proc/{keys,timer_list} 0666 uid ? gid ?
    user          uid 0 (host 100000), gid 0 (host 100000), no other groups
    uid, gid map  0-65535 = host 100000-165535
    capabilities  3 of 41: CAP_KILL CAP_NET_BIND_SERVICE CAP_AUDIT_WRITE
    privileges    no_new_privs, seccomp: none
    limits        nofile 1024
    cgroup        /web, in cgroup2: /
    hostname      web
    also          session keyring web
    inferred      22 of 31 mounts, hostname

container web   exited with 0 after 0.69 ms

container sh   exited with 0 after 22.9 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:12.711907Z: 248 events, 224 calls
cttrace: nothing lost
