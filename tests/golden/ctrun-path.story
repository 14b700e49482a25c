container web (ctrun)   init 278947 = pid 1   cgroup /web
    set-up 22.4 ms, 139 calls
  bundle      /tmp/golden/bundle
   +0.0 ms  create       ctrun 278946: /tmp/golden/bin/ctrun --root
                         /tmp/golden/state --mount-by path run --bundle <bundle>
                         web
   +2.3 ms  cgroup       ctrun 278946: cpuset.cpus = 0-1, cpuset.mems = 0
   +2.3 ms  create       ctrun 278946: makes init 278947, which makes the
                         namespaces, sets the mounts up and becomes the program
   +2.9 ms  namespaces   new mnt 4026532178, pid 4026532181, net 4026532182,
                         uts 4026532179, ipc 4026532180
   +3.0 ms  cgroup       ctrun 278946: init 278947 into /web of systemd, pids,
                         blkio, freezer, devices, memory, cpuset, cpuacct, cpu,
                         unified (17.2 ms)
  +20.4 ms  rootfs       / and all below made rslave
  +20.4 ms               <bundle>/rootfs bound on itself, with all below
  +20.5 ms  mounts       proc on /proc
  +20.5 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +20.6 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +20.6 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +20.6 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +20.6 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +20.7 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec,relatime;
                         mode=755)
  +20.7 ms               /sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*, with
                         all below: systemd, pids, blkio, freezer, devices,
                         memory, cpuset, cpuacct, cpu
                         (ro,nosuid,nodev,noexec,relatime)
  +21.0 ms               /sys/fs/cgroup now ro,nosuid,nodev,noexec,relatime
  +21.0 ms  devices      /dev/null c 1:3, /dev/zero c 1:5, /dev/full c 1:7,
                         /dev/random c 1:8, /dev/urandom c 1:9, /dev/tty c 5:0
                         (mode 0666, owner 0:0)
  +21.1 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder
  +21.3 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.04
                         ms later: gone
  +21.4 ms               / now read-only
  +21.4 ms  identity     hostname web
  +21.4 ms               session keyring _ses.web
  +21.7 ms  cgroup       ctrun 278946: devices.deny = a *:* rwm, devices.allow =
                         c *:* m, b *:* m, c 1:3 rwm, c 1:8 rwm, c 1:7 rwm,
                         c 5:0 rwm, c 1:5 rwm, c 1:9 rwm, c 5:1 rwm,
                         c 136:* rwm, c 5:2 rwm, c 10:200 rwm
  +22.0 ms  identity     no_new_privs
  +22.0 ms               dropped from the bounding set: 37 capabilities
  +22.1 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +22.3 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 3 of 41
                         capabilities; no_new_privs; no seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           278947, 1 in its pid namespace
    namespaces    new: mnt 4026532178, uts 4026532179, ipc 4026532180,
                  net 4026532182, pid 4026532181
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
      |  |- /proc/acpi        tmpfs     ro
      |  |- /proc/{bus,fs,irq,sys}  proc      ro
      |  |      (each bound on itself)
      |  |- /proc/keys        devtmpfs  rw
      |  |      devtmpfs[/null]  size=12334432k,nr_inodes=3083608,mode=755
      |  `- /proc/timer_list  devtmpfs  rw
      |         devtmpfs[/null]  size=12334432k,nr_inodes=3083608,mode=755
      `- /sys                 sysfs     ro,nosuid,nodev,noexec
         |- /sys/firmware     tmpfs     ro
         `- /sys/fs/cgroup    tmpfs     ro,nosuid,nodev,noexec  mode=755
            `- /sys/fs/cgroup/{blkio,cpu,7 more}
                              cgroup    ro,nosuid,nodev,noexec  cgroup[/web]
      25 mounts, all private; -v shows each
    devices       /proc/{keys,timer_list} 0666 uid ? gid ?,
                  /dev/{full,null,random,tty,urandom,zero} 0666?
    user          uid 0, gid 0, no other groups
    capabilities  3 of 41: CAP_KILL CAP_NET_BIND_SERVICE CAP_AUDIT_WRITE
    privileges    no_new_privs, seccomp: none
    cgroup        /web
    hostname      web
    also          session keyring _ses.web
    inferred      13 of 25 mounts, hostname

container web   exited with 0 after 0.76 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:53:46.568741Z: 159 events, 142 calls
cttrace: nothing lost
