container sh (unshare)   mounts of its own, the starter's pids   program 14310
    set-up 1.3 ms, 20 calls
   +0.0 ms  create       unshare -m --propagation slave sh -c 'umount ... exec
                         "$@"' x crun --root /tmp/golden/state
                         --cgroup-manager=cgroupfs run web
   +1.0 ms  namespaces   new mnt 4026532178
   +1.0 ms  mounts       / and all below made rslave
   +1.2 ms  hand-over    execve sh -c 'umount -l /sys/fs/cgroup/unified; exec
                         "$@"' x crun --root /tmp/golden/state
                         --cgroup-manager=cgroupfs run web: uid 0, gid 0; 40 of
                         41 capabilities; no seccomp filter
  handed over
    program       sh -c 'umount -l /sys/fs/cgroup/unified; exec "$@"' x crun
                  --root /tmp/golden/state --cgroup-manager=cgroupfs run web
    executable    /usr/bin/dash
    pid           14310
    namespaces    new: mnt 4026532178
                  the host's: uts 4026531838, ipc 4026531839, net 4026531833,
                  cgroup 4026531835, pid 4026531836, time 4026531834,
                  user 4026531837
    root          / (ext4 /dev/vda)
    cwd           /tmp/golden/bundle
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

container web (crun)   container with users of its own   init 14324 = pid 1
    cgroup /web   set-up 23.4 ms, 181 calls
  in          container sh
  bundle      /tmp/golden/bundle
   +0.0 ms  create       crun 14310: crun --root /tmp/golden/state
                         --cgroup-manager=cgroupfs run web
   +1.5 ms               crun 14310: protects its executable: binds it
                         read-only, detaches that, executes it from there
                         (2.5 ms)
   +5.5 ms  identity     crun 14310: session keyring web
   +5.6 ms               crun 14310: limits: NOFILE 1024
   +5.6 ms  create       crun 14310: makes crun 14323, which makes the
                         namespaces
   +5.7 ms  namespaces   crun 14323: new user 4026532179
   +5.8 ms  user maps    crun 14310: uids 0 100000 65536; gids 0 100000 65536
                         (inside outside count), for crun 14323
   +5.9 ms  identity     crun 14323: uid 0, gid 0
   +5.9 ms  namespaces   crun 14323: new mnt 4026532180, pid 4026532184,
                         net 4026532185, uts 4026532182, ipc 4026532183
   +6.4 ms  create       crun 14323: makes crun 14324, which makes the
                         namespaces, sets the mounts up and becomes the program
  +11.9 ms  cgroup       crun 14310: crun 14324 into /web of systemd, pids,
                         blkio, freezer, devices (8.0 ms)
  +20.1 ms               crun 14310: memory.limit_in_bytes = -1,
                         memory.kmem.limit_in_bytes = -1,
                         memory.memsw.limit_in_bytes = -1
  +20.1 ms               crun 14310: crun 14324 into /web of memory
  +20.2 ms               crun 14310: cpuset.cpus = 0-1, cpuset.mems = 0
  +20.2 ms               crun 14310: crun 14324 into /web of cpuset, cpuacct,
                         cpu
  +20.4 ms               crun 14310: devices.deny = a, devices.allow = c *:* m,
                         b *:* m, c 1:3 rwm, c 1:8 rwm, c 1:7 rwm, c 5:0 rwm,
                         c 1:5 rwm, c 1:9 rwm, c 5:1 rwm, c 136:* rwm, c 5:2 rwm
  +20.8 ms  rootfs       / and all below made rprivate
  +20.8 ms               / made private
  +20.8 ms               <bundle>/rootfs bound on itself, with all below, made
                         private
  +20.9 ms  namespaces   new cgroup 4026532181
  +20.9 ms  mounts       proc on /proc
  +20.9 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +21.0 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +21.0 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +21.1 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +21.1 ms               sysfs on /sys (nosuid,nodev,noexec)
  +21.1 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec,relatime;
                         size=1024k)
  +21.2 ms               cgroup of /sys/fs/cgroup/systemd on
                         /sys/fs/cgroup/systemd (nosuid,nodev,noexec,relatime;
                         name=systemd)
  +21.2 ms               cgroup of /sys/fs/cgroup/pids on /sys/fs/cgroup/pids
                         (nosuid,nodev,noexec,relatime; pids)
  +21.3 ms               cgroup of /sys/fs/cgroup/blkio on /sys/fs/cgroup/blkio
                         (nosuid,nodev,noexec,relatime; blkio)
  +21.3 ms               cgroup of /sys/fs/cgroup/freezer on
                         /sys/fs/cgroup/freezer (nosuid,nodev,noexec,relatime;
                         freezer)
  +21.3 ms               cgroup of /sys/fs/cgroup/devices on
                         /sys/fs/cgroup/devices (nosuid,nodev,noexec,relatime;
                         devices)
  +21.4 ms               cgroup of /sys/fs/cgroup/memory on
                         /sys/fs/cgroup/memory (nosuid,nodev,noexec,relatime;
                         memory)
  +21.4 ms               cgroup of /sys/fs/cgroup/cpuset on
                         /sys/fs/cgroup/cpuset (nosuid,nodev,noexec,relatime;
                         cpuset)
  +21.4 ms               cgroup of /sys/fs/cgroup/cpuacct on
                         /sys/fs/cgroup/cpuacct (nosuid,nodev,noexec,relatime;
                         cpuacct)
  +21.5 ms               cgroup of /sys/fs/cgroup/cpu on /sys/fs/cgroup/cpu
                         (nosuid,nodev,noexec,relatime; cpu)
  +21.5 ms  devices      /dev/* bound on /dev/*: null, zero, full, tty, random,
                         urandom (nosuid,noexec), made private
  +21.8 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder
  +22.2 ms  mounts       /sys/fs/cgroup/cpu, /sys/fs/cgroup/cpuacct,
                         /sys/fs/cgroup/cpuset, /sys/fs/cgroup/memory,
                         /sys/fs/cgroup/devices, /sys/fs/cgroup/freezer,
                         /sys/fs/cgroup/blkio, /sys/fs/cgroup/pids,
                         /sys/fs/cgroup/systemd now
                         ro,nosuid,nodev,noexec,relatime
  +22.3 ms               /sys now ro,nosuid,nodev,noexec
  +22.4 ms  rootfs       <bundle>/rootfs now read-only
  +22.4 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rprivate, is detached 0.07
                         ms later: gone
  +22.6 ms               / and all below made rprivate
  +22.7 ms  identity     hostname web
  +22.7 ms               dropped from the bounding set: 38 capabilities
  +22.7 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +22.7 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +22.8 ms               no_new_privs
  +23.2 ms  hand-over    execve /bin/echo hello: uid 0, gid 0 (100000, 100000
                         outside); 3 of 41 capabilities; no_new_privs; no
                         seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           14324, 1 in its pid namespace
    namespaces    new: mnt 4026532180, uts 4026532182, ipc 4026532183,
                  net 4026532185, cgroup 4026532181, pid 4026532184,
                  user 4026532179
                  the host's: time 4026531834
    root          / (ext4 /dev/vda[/tmp/golden/bundle/rootfs])
    cwd           /
    mounts
      /                       ext4      ro                      /dev/vda[/tmp...
      |- /dev                 tmpfs     rw,nosuid               mode=755,size...
      |  |- /dev/{full,null,random,tty,2 more}  devtmpfs  rw,nosuid,noexec   ...
      |  |- /dev/mqueue       mqueue    rw,nosuid,nodev,noexec
      |  |- /dev/pts          devpts    rw,nosuid,noexec        newinstance,p...
      |  `- /dev/shm          tmpfs     rw,nosuid,nodev,noexec  shm  mode=177...
      |- /proc                proc      rw
      |  |- /proc/acpi        tmpfs     ro                      size=0k
      |  |- /proc/{bus,fs,irq,sys}  proc      ro                      (each b...
      |  |- /proc/keys        devtmpfs  ro                      devtmpfs[/nul...
      |  `- /proc/timer_list  devtmpfs  ro                      devtmpfs[/nul...
      `- /sys                 sysfs     ro,nosuid,nodev,noexec
         |- /sys/firmware     tmpfs     ro                      size=0k
         `- /sys/fs/cgroup    tmpfs     rw,nosuid,nodev,noexec  cgroup  size=...
            `- /sys/fs/cgroup/{blkio,cpu,7 more}  cgroup    ro,nosuid,nodev,n...
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

container web   exited with 0 after 0.46 ms

container sh   exited with 0 after 32.8 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-25T03:41:19.486878Z: 248 events, 224 calls
cttrace: nothing lost
