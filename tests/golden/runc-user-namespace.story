container web (runc)   container with users of its own   init 256459 = pid 1
    cgroup /web   set-up 41.5 ms, 268 calls
  bundle      /tmp/golden/bundle
   +0.0 ms  create       runc 256447: runc --root /tmp/golden/state run web
   +3.9 ms               runc 256447: asks what the kernel can do (seccomp, 6
                         probes)
   +6.5 ms               runc 256447: fifo /tmp/golden/state/web/exec.fifo
                         (outside)
   +6.7 ms               runc 256447: makes parent 256454 (vfork), which maps
                         the users
   +6.8 ms               parent 256454: executes itself again: runc init
   +7.6 ms  cgroup       runc 256447: cpuset.cpus = 0-1, cpuset.mems = 0
   +7.6 ms               runc 256447: parent 256454 into /web of cpuset,
                         devices, memory, cpu, cpuacct, pids, blkio, freezer,
                         systemd, unified (23.2 ms)
   +7.9 ms  create       parent 256454: protects its executable: binds it
                         read-only, detaches that, executes it from there
  +30.9 ms               parent 256454: makes child 256458 (as its sibling),
                         which makes the namespaces
  +31.1 ms  namespaces   child 256458: new user 4026532178
  +31.3 ms  user maps    parent 256454: uids 0 100000 65536; gids 0 100000 65536
                         (inside outside count), for child 256458
  +31.4 ms  identity     child 256458: uid 0
  +31.4 ms  namespaces   child 256458: new mnt 4026532179, pid 4026532182,
                         net 4026532183, uts 4026532180, ipc 4026532181
  +32.1 ms  create       child 256458: makes init 256459 (as its sibling), which
                         makes the namespaces, sets the mounts up and becomes
                         the program
  +32.6 ms  identity     gid 0
  +32.6 ms  namespaces   new cgroup 4026532252
  +35.3 ms               asks what the kernel can do (seccomp, 6 probes)
  +37.4 ms  identity     session keyring _ses.web
  +37.8 ms  rootfs       / and all below made rslave
  +38.0 ms               <bundle>/rootfs bound on itself, with all below
  +38.0 ms  mounts       proc on /proc
  +38.1 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +38.2 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +38.3 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +38.3 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +38.3 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +38.5 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec; mode=755)
  +38.5 ms               cgroup on /sys/fs/cgroup/cpu (ro,nosuid,nodev,noexec;
                         cpu)
  +38.6 ms               cgroup on /sys/fs/cgroup/cpuacct
                         (ro,nosuid,nodev,noexec; cpuacct)
  +38.6 ms               cgroup on /sys/fs/cgroup/cpuset
                         (ro,nosuid,nodev,noexec; cpuset)
  +38.6 ms               cgroup on /sys/fs/cgroup/memory
                         (ro,nosuid,nodev,noexec; memory)
  +38.7 ms               cgroup on /sys/fs/cgroup/devices
                         (ro,nosuid,nodev,noexec; devices)
  +38.7 ms               cgroup on /sys/fs/cgroup/freezer
                         (ro,nosuid,nodev,noexec; freezer)
  +38.7 ms               cgroup on /sys/fs/cgroup/blkio (ro,nosuid,nodev,noexec;
                         blkio)
  +38.8 ms               cgroup on /sys/fs/cgroup/pids (ro,nosuid,nodev,noexec;
                         pids)
  +38.8 ms               cgroup on /sys/fs/cgroup/systemd
                         (ro,nosuid,nodev,noexec; name=systemd)
  +38.8 ms  devices      /dev/* bound on /dev/*: null, random, full, tty, zero,
                         urandom
  +39.2 ms  cgroup       runc 256447: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +39.4 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.04
                         ms later: gone
  +39.5 ms               / now read-only
  +39.5 ms  identity     hostname web
  +39.5 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger, /proc/asound, /proc/kcore,
                         /proc/latency_stats, /proc/timer_stats,
                         /proc/sched_debug, /proc/scsi
  +39.7 ms  identity     no_new_privs
  +39.8 ms               runc 256447: init 256459 gets limits: NOFILE 1024
  +40.4 ms               dropped from the bounding set: 38 capabilities
  +40.6 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +40.6 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +40.8 ms  hand-over    execve /bin/echo hello: uid 0, gid 0 (100000, 100000
                         outside); 3 of 41 capabilities; no_new_privs; no
                         seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           256459, 1 in its pid namespace
    namespaces    new: mnt 4026532179, uts 4026532180, ipc 4026532181,
                  net 4026532183, cgroup 4026532252, pid 4026532182,
                  user 4026532178
                  the host's: time 4026531834
    root          / (ext4 /dev/vda[/tmp/golden/bundle/rootfs])
    cwd           /
    mounts
      /                       ext4      ro
          /dev/vda[/tmp/golden/bundle/rootfs]  discard,resv_strict,resuid=655...
      |- /dev                 tmpfs     rw,nosuid               mode=755,size...
      |  |- /dev/{full,null,random,tty,2 more}  devtmpfs  rw
      |  |      devtmpfs[/*]
      |  |- /dev/mqueue       mqueue    rw,nosuid,nodev,noexec
      |  |- /dev/pts          devpts    rw,nosuid,noexec        newinstance,p...
      |  `- /dev/shm          tmpfs     rw,nosuid,nodev,noexec  shm ...
      |- /proc                proc      rw
      |  |- /proc/acpi        tmpfs     ro
      |  |- /proc/{bus,fs,irq,sys}  proc      ro
      |  |      (each bound on itself)
      |  |- /proc/keys        devtmpfs  rw
      |  |      devtmpfs[/null]  size=12334432k,nr_inodes=3083608,mode=755
      |  `- /proc/timer_list  devtmpfs  rw
      |         devtmpfs[/null]  size=12334432k,nr_inodes=3083608,mode=755
      `- /sys                 sysfs     ro,nosuid,nodev,noexec
         |- /sys/firmware     tmpfs     ro
         `- /sys/fs/cgroup    tmpfs     rw,nosuid,nodev,noexec  mode=755
            `- /sys/fs/cgroup/{blkio,cpu,7 more}
                              cgroup    ro,nosuid,nodev,noexec  cgroup[/*]
      31 mounts, all private; -v shows each
    devices       /dev/{full,null,random,tty,urandom,zero} 0666 uid ? gid ?,
                  /proc/{keys,timer_list} 0666 uid ? gid ?
    user          uid 0 (host 100000), gid 0 (host 100000), no other groups
    uid, gid map  0-65535 = host 100000-165535
    capabilities  3 of 41: CAP_KILL CAP_NET_BIND_SERVICE CAP_AUDIT_WRITE
    privileges    no_new_privs, seccomp: none
    limits        nofile 1024
    cgroup        /web
    hostname      web
    also          session keyring _ses.web
    inferred      22 of 31 mounts, hostname

container web   exited with 0 after 0.66 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:11.142240Z: 318 events, 269 calls
cttrace: nothing lost
