container web (runc)   init 14283 = pid 1   cgroup /web
    set-up 60.0 ms, 289 calls
  bundle      /tmp/golden/bundle
   +0.0 ms  create       runc 14271: runc --root /tmp/golden/state run web
   +2.8 ms               runc 14271: asks what the kernel can do (seccomp, 6
                         probes)
   +7.9 ms               runc 14271: fifo /tmp/golden/state/web/exec.fifo
                         (outside)
   +8.1 ms               runc 14271: makes parent 14278 (vfork), which only
                         makes the next one
   +8.2 ms               parent 14278: executes itself again: runc init
   +8.7 ms  cgroup       runc 14271: cpuset.cpus = 0-1, cpuset.mems = 0
   +8.7 ms               runc 14271: parent 14278 into /web of cpuset, devices,
                         memory, cpu, cpuacct, pids, blkio, freezer, systemd,
                         unified (10.4 ms)
   +9.7 ms  create       parent 14278: protects its executable: binds it
                         read-only, detaches that, executes it from there
  +19.3 ms               parent 14278: makes child 14282 (as its sibling), which
                         makes the namespaces
  +22.6 ms  namespaces   child 14282: new mnt 4026532178, pid 4026532182,
                         net 4026532183, uts 4026532179, ipc 4026532180
  +23.1 ms  create       child 14282: makes init 14283 (as its sibling), which
                         sets the mounts up and becomes the program
  +32.9 ms               asks what the kernel can do (seccomp, 6 probes)
  +35.2 ms  identity     session keyring _ses.web
  +35.5 ms  rootfs       / and all below made rslave
  +35.6 ms               <bundle>/rootfs bound on itself, with all below
  +35.6 ms  mounts       proc on /proc
  +35.7 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +35.8 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +35.9 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +35.9 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +36.0 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +36.3 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec; mode=755)
  +36.4 ms               /sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*: cpu,
                         cpuacct, cpuset, memory, devices, freezer, blkio, pids,
                         systemd (ro,nosuid,nodev,noexec,relatime) (1.3 ms)
  +37.7 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +38.1 ms  cgroup       runc 14271: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +38.5 ms  create       runc 14271: makes true 14288 (vfork) (1.1 ms)
  +38.6 ms               true 14288: true 'on the host'
  +40.0 ms               makes true 14289 (vfork)
  +40.1 ms               true 14289: true 'on the host'
  +40.9 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.07
                         ms later: gone
  +41.1 ms               / now read-only
  +41.1 ms  identity     hostname web
  +41.1 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger, /proc/asound, /proc/kcore,
                         /proc/latency_stats, /proc/timer_stats,
                         /proc/sched_debug, /proc/scsi
  +41.4 ms  identity     no_new_privs
  +41.4 ms               runc 14271: init 14283 gets limits: NOFILE 1024
  +42.1 ms               dropped from the bounding set: 37 capabilities
  +42.3 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +42.3 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +42.6 ms  create       runc 14271: makes true 14290 (vfork)
  +42.7 ms               true 14290: true 'on the host'
  +43.9 ms               makes busybox 14291 (vfork) (15.2 ms)
  +58.5 ms               busybox 14291: true 'in the container'
  +59.3 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 3 of 41
                         capabilities; no_new_privs; no seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           14283, 1 in its pid namespace
    namespaces    new: mnt 4026532178, uts 4026532179, ipc 4026532180,
                  net 4026532183, pid 4026532182
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

container web   exited with 0 after 0.29 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-25T03:41:18.726437Z: 357 events, 293 calls
cttrace: nothing lost
