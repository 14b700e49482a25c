container web (runc)   init 256483 = pid 1   cgroup /web
    set-up 38.1 ms, 290 calls
  bundle      /tmp/golden/bundle
  started by  dash
   +0.0 ms  create       runc 256473: runc --root /tmp/golden/state create web
   +2.9 ms               runc 256473: asks what the kernel can do (seccomp, 6
                         probes)
   +7.4 ms               runc 256473: fifo /tmp/golden/state/web/exec.fifo
                         (outside)
   +7.6 ms               runc 256473: makes parent 256481 (vfork), which only
                         makes the next one
   +7.7 ms               parent 256481: executes itself again: runc init
   +8.1 ms  cgroup       runc 256473: cpuset.cpus = 0-1, cpuset.mems = 0
   +8.1 ms               runc 256473: parent 256481 into /web of cpuset,
                         devices, memory, cpu, cpuacct, pids, blkio, freezer,
                         systemd, unified (16.4 ms)
   +8.9 ms  create       parent 256481: protects its executable: binds it
                         read-only, detaches that, executes it from there
  +24.6 ms               parent 256481: makes child 256482 (as its sibling),
                         which makes the namespaces
  +24.9 ms  namespaces   child 256482: new mnt 4026532178, pid 4026532181,
                         net 4026532182, uts 4026532179, ipc 4026532180
  +25.4 ms  create       child 256482: makes init 256483 (as its sibling), which
                         sets the mounts up and becomes the program
  +28.0 ms               asks what the kernel can do (seccomp, 6 probes)
  +29.1 ms  identity     session keyring _ses.web
  +29.4 ms  rootfs       / and all below made rslave
  +29.5 ms               <bundle>/rootfs bound on itself, with all below
  +29.5 ms  mounts       proc on /proc
  +29.5 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
  +29.6 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +29.7 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=65536k)
  +29.7 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +29.7 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +30.0 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec; mode=755)
  +30.2 ms               /sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*, with
                         all below: cpu, cpuacct, cpuset, memory, devices,
                         freezer, blkio, pids, systemd
                         (ro,nosuid,nodev,noexec,relatime)
  +30.8 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +31.1 ms  cgroup       runc 256473: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +31.3 ms  root switch  pivot_root(".", "."): <bundle>/rootfs becomes /; the
                         old root lies on it, is made rslave, is detached 0.04
                         ms later: gone
  +31.5 ms               / now read-only
  +31.5 ms  identity     hostname web
  +31.5 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger, /proc/asound, /proc/kcore,
                         /proc/latency_stats, /proc/timer_stats,
                         /proc/sched_debug, /proc/scsi
  +31.7 ms  identity     no_new_privs
  +31.8 ms               runc 256473: init 256483 gets limits: NOFILE 1024
  +32.4 ms               dropped from the bounding set: 37 capabilities
  +32.5 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +32.5 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +33.2 ms  create       runc 256488: runc --root /tmp/golden/state start web
  +35.7 ms               runc 256488: asks what the kernel can do (seccomp, 6
                         probes)
  +37.5 ms  hand-over    execve /bin/sleep 1000: uid 0, gid 0; 3 of 41
                         capabilities; no_new_privs; no seccomp filter
  handed over
    program       /bin/sleep 1000
    executable    /bin/busybox
    pid           256483, 1 in its pid namespace
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

entry into container web (runc)   program 256503 = pid 6
    set-up 16.0 ms, 194 calls
   +0.0 ms  create       runc 256493: runc --root /tmp/golden/state exec web
                         /bin/echo hello
   +2.3 ms               runc 256493: asks what the kernel can do (seccomp, 6
                         probes)
   +9.2 ms               runc 256493: makes parent 256501 (vfork), which only
                         makes the next one
   +9.2 ms               parent 256501: executes itself again: runc init
  +10.3 ms               parent 256501: protects its executable: binds it
                         read-only, detaches that, executes it from there
  +11.3 ms               parent 256501: makes child 256502 (as its sibling),
                         which joins the namespaces
  +11.6 ms  namespaces   child 256502: joins ipc 4026532180, uts 4026532179,
                         net 4026532182, pid 4026532181, mnt 4026532178
  +11.7 ms  create       child 256502: makes init 256503 (as its sibling), which
                         becomes the program
  +12.7 ms  cgroup       runc 256493: init 256503 into /web of blkio, cpu,
                         cpuset, freezer, pids, unified, cpuacct, devices,
                         memory, systemd
  +12.8 ms  identity     runc 256493: init 256503 gets limits: NOFILE 1024
  +13.9 ms  create       asks what the kernel can do (seccomp, 6 probes)
  +15.1 ms  identity     session keyring _ses.web
  +15.1 ms               no_new_privs
  +15.3 ms               dropped from the bounding set: 37 capabilities
  +15.5 ms               capabilities KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +15.5 ms               not raised in the ambient set, having none to raise:
                         KILL, NET_BIND_SERVICE, AUDIT_WRITE
  +15.6 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 3 of 41
                         capabilities; no_new_privs; no seccomp filter

entry into container web (program 256503)   exited with 0 after 0.64 ms

container web   killed by SIGKILL after 22.4 ms

container web
    after 18.7 ms runc 256509: runc --root /tmp/golden/state delete --force web

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:11.335598Z: 623 events, 507 calls
cttrace: nothing lost
