container web (runc)   init 14160 = pid 1   cgroup /web
    set-up 42.7 ms, 277 calls
  bundle      /tmp/golden/bundle
   +0.0 ms  create       runc 14148: runc --root /tmp/golden/state run web
   +2.7 ms               runc 14148: asks what the kernel can do (seccomp, 6
                         probes)
   +6.1 ms               runc 14148: fifo /tmp/golden/state/web/exec.fifo
                         (outside)
   +6.4 ms               runc 14148: makes parent 14154 (vfork), which only
                         makes the next one (1.0 ms)
   +6.5 ms               parent 14154: executes itself again: runc init
   +7.3 ms               parent 14154: protects its executable: binds it
                         read-only, detaches that, executes it from there
                         (1.2 ms)
   +7.6 ms  cgroup       runc 14148: cpuset.cpus = 0-1, cpuset.mems = 0
   +7.7 ms               runc 14148: parent 14154 into /web of cpuset, devices,
                         memory, cpu, cpuacct, pids, blkio, freezer, systemd,
                         unified (12.6 ms)
  +20.5 ms  create       parent 14154: makes child 14159 (as its sibling), which
                         makes the namespaces
  +27.7 ms  namespaces   child 14159: new mnt 4026532178, pid 4026532181,
                         net 4026532182, uts 4026532179, ipc 4026532180
  +28.3 ms  create       child 14159: makes init 14160 (as its sibling), which
                         sets the mounts up and becomes the program
  +34.3 ms               asks what the kernel can do (seccomp, 6 probes)
  +35.8 ms  identity     session keyring _ses.web
  +36.2 ms  rootfs       / and all below made rslave
  +36.4 ms               <bundle>/rootfs bound on itself, with all below
  +36.5 ms  mounts       proc on /proc
  +36.6 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +36.7 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +36.8 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +36.9 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +37.0 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +37.4 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec; mode=755)
  +37.6 ms               /sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*, with
                         all below: cpu, cpuacct, cpuset, memory, devices,
                         freezer, blkio, pids, systemd
                         (ro,nosuid,nodev,noexec,relatime) (1.5 ms)
  +39.1 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +39.6 ms  cgroup       runc 14148: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +39.9 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.08
                         ms later: gone
  +40.1 ms               / now read-only
  +40.1 ms  identity     hostname web
  +40.1 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger, /proc/asound, /proc/kcore,
                         /proc/latency_stats, /proc/timer_stats,
                         /proc/sched_debug, /proc/scsi
  +40.6 ms  identity     no_new_privs
  +40.6 ms               runc 14148: init 14160 gets limits: NOFILE 1024
  +41.2 ms               dropped from the bounding set: 37 capabilities
  +41.5 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +41.5 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +42.0 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 3 of 41
                         capabilities; no_new_privs; no seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           14160, 1 in its pid namespace
    namespaces    new: mnt 4026532178, uts 4026532179, ipc 4026532180,
                  net 4026532182, pid 4026532181
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

container web   exited with 0 after 0.37 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-25T03:41:17.005194Z: 327 events, 278 calls
cttrace: nothing lost
