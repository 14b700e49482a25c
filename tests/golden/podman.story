container 1e21373ed7eb (runc)   init 14665 = pid 1   cgroup /web/libpod-<id>
    set-up 138.0 ms, 309 calls
  id          1e21373ed7ebee32a4cc57b9b6c9e69f658dd3a788c15a73011ebaec177bef4e
  bundle      /tmp/golden/podman/root/vfs-containers/1e21373ed7ebee32a4cc57b9b6c9e69f658dd3a788c15a73011ebaec177bef4e/userdata
  rootfs      /tmp/golden/podman/root/vfs/dir/cf2e864a2bea6fc368d1d3dae2c98e2301673bd5a3d1e5ee70a68bab25016677
  started by  conmon, by podman
   +0.0 ms  rootfs       podman 14645: tmpfs on <bundle>/shm (outside)
                         (nosuid,nodev,noexec; mode=1777,size=65536000)
  +18.2 ms  identity     conmon 14654: /usr/bin/conmon --api-version 1 -c <id>
                         -u ... --exit-command-arg cleanup --exit-command-arg
                         --rm --exit-command-arg <id>
  +24.6 ms               conmon 14654: oom_score_adj -1000: failed: EACCES
                         (Permission denied)
  +44.1 ms  create       conmon 14654: makes conmon 14655, which only makes the
                         next one
  +47.5 ms               conmon 14655: fifo <bundle>/ctl (outside)
  +47.7 ms               conmon 14655: fifo <bundle>/winsz (outside)
  +47.8 ms               conmon 14655: makes runc 14656, which sets the cgroup
                         up
  +48.0 ms  identity     runc 14656: oom_score_adj 0
  +48.0 ms  create       runc 14656: /usr/bin/runc --log-format=json --log
                         /tmp/golden/podman/runroot/vfs-containers/<id>/userdata/oci-log
                         ... --pid-file
                         /tmp/golden/podman/runroot/vfs-containers/<id>/userdata/pidfile
                         <id>
  +52.5 ms               runc 14656: asks what the kernel can do (seccomp, 6
                         probes)
  +59.7 ms               runc 14656: fifo /run/runc/<id>/exec.fifo (outside)
  +59.9 ms               runc 14656: makes parent 14662 (vfork), which only
                         makes the next one
  +60.0 ms               parent 14662: executes itself again: /usr/bin/runc init
  +60.4 ms  cgroup       runc 14656: cpuset.cpus = 0-1, cpuset.mems = 0
  +60.4 ms               runc 14656: parent 14662 into /web/libpod-<id> of
                         cpuset, devices, memory, cpu, cpuacct, pids, blkio,
                         freezer, systemd, unified (7.2 ms)
  +61.3 ms  create       parent 14662: protects its executable: binds it
                         read-only, detaches that, executes it from there
                         (1.2 ms)
  +67.8 ms               parent 14662: makes child 14664 (as its sibling), which
                         makes the namespaces
  +68.0 ms  namespaces   child 14664: new mnt 4026532178, pid 4026532181,
                         net 4026532182, uts 4026532179, ipc 4026532180
  +68.6 ms  create       child 14664: makes init 14665 (as its sibling), which
                         sets the mounts up and becomes the program
  +72.0 ms               asks what the kernel can do (seccomp, 6 probes)
  +76.6 ms  identity     session keyring
                         _ses.1e21373ed7ebee32a4cc57b9b6c9e69f658dd3a788c15a73011ebaec177bef4e
  +77.0 ms  rootfs       / and all below made rslave
  +77.2 ms               <rootfs> bound on itself, with all below
  +77.3 ms  mounts       proc on /proc (nosuid,nodev,noexec)
  +77.4 ms               tmpfs on /dev (nosuid,noexec,strictatime;
                         mode=755,size=65536k)
  +77.5 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
  +77.7 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
  +77.8 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +78.2 ms               /tmp/golden/podman/runroot/vfs-containers/<id>/userdata/*
                         bound on /etc/*: hostname, hosts, made private
  +79.2 ms               <bundle>/shm bound on /dev/shm (nosuid,nodev,noexec),
                         made private
  +79.7 ms               /tmp/golden/podman/runroot/vfs-containers/<id>/userdata/.containerenv
                         bound on /run/.containerenv, made private
  +80.1 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec;
                         mode=755), made private
  +80.2 ms               /sys/fs/cgroup/*/web/libpod-<id> bound on
                         /sys/fs/cgroup/*: cpu, cpuacct, cpuset, memory,
                         devices, freezer, blkio, pids, systemd
                         (ro,nosuid,nodev,noexec,relatime), made private
                         (1.6 ms)
  +81.8 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
  +87.3 ms  cgroup       runc 14656: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
  +87.6 ms  root switch  pivot_root(".", "."): <rootfs> becomes /; the old root
                         lies on it, is made rslave, is detached 0.13 ms later:
                         gone
  +87.9 ms  identity     hostname 1e21373ed7eb
  +87.9 ms  network      net.ipv4.ping_group_range = 0 0
  +88.0 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware, /sys/dev/block <- an empty folder; not
                         here, which is normal: /proc/asound,
                         /proc/sysrq-trigger, /proc/kcore, /proc/latency_stats,
                         /proc/timer_stats, /proc/sched_debug, /proc/scsi,
                         /sys/fs/selinux
  +88.6 ms  identity     runc 14656: init 14665 gets limits: NOFILE 1024, NPROC
                         1024
 +116.5 ms               seccomp: a filter of 1158 instructions
 +117.6 ms               dropped from the bounding set: 29 capabilities
 +117.9 ms               capabilities CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL,
                         SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, SYS_CHROOT,
                         SETFCAP
 +131.6 ms  create       runc 14670: /usr/bin/runc start <id>
 +134.5 ms               runc 14670: asks what the kernel can do (seccomp, 6
                         probes)
 +137.3 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 11 of 41
                         capabilities; 1 seccomp filter
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           14665, 1 in its pid namespace
    namespaces    new: mnt 4026532178, uts 4026532179, ipc 4026532180,
                  net 4026532182, pid 4026532181
                  the host's: cgroup 4026531835, time 4026531834,
                  user 4026531837
    root          / (ext4 /dev/vda[/tmp/golden/podman/root/vfs/dir/cf2e864a2bea6fc368d1d3dae2c98e2301673bd5a3d1e5ee70a68bab25016677])
    cwd           /
    mounts
      /                       ext4    rw                      /dev/vda[/tmp/g...
      |- /dev                 tmpfs   rw,nosuid,noexec        mode=755,size=6...
      |  |- /dev/mqueue       mqueue  rw,nosuid,nodev,noexec
      |  |- /dev/pts          devpts  rw,nosuid,noexec        newinstance,ptm...
      |  `- /dev/shm          tmpfs   rw,nosuid,nodev,noexec  shm  mode=1777,...
      |- /etc/hostname        ext4    rw                      /dev/vda[/tmp/g...
      |- /etc/hosts           ext4    rw                      /dev/vda[/tmp/g...
      |- /proc                proc    rw,nosuid,nodev,noexec
      |  |- /proc/acpi        tmpfs   ro
      |  |- /proc/{bus,fs,irq,sys}  proc    ro,nosuid,nodev,noexec  (each bou...
      |  |- /proc/keys        tmpfs   rw,nosuid,noexec        tmpfs[/null]  m...
      |  `- /proc/timer_list  tmpfs   rw,nosuid,noexec        tmpfs[/null]  m...
      |- /run/.containerenv   ext4    rw                      /dev/vda[/tmp/g...
      `- /sys                 sysfs   ro,nosuid,nodev,noexec
         |- /sys/dev/block    tmpfs   ro
         |- /sys/firmware     tmpfs   ro
         `- /sys/fs/cgroup    tmpfs   rw,nosuid,nodev,noexec  mode=755
            `- /sys/fs/cgroup/{blkio,cpu,7 more}  cgroup  ro,nosuid,nodev,noe...
      29 mounts, all private; -v shows each
    devices       /dev/null 0666, /proc/{keys,timer_list} 0666,
                  /dev/{full,random,tty,urandom,zero} 0666?
    user          uid 0, gid 0, no other groups
    capabilities  11 of 41
    privileges    no_new_privs is not set, seccomp: 1 filter
    limits        nproc 1024, nofile 1024
    cgroup        /web/libpod-1e21373ed7ebee32a4cc57b9b6c9e69f658dd3a788c15a73011ebaec177bef4e
    hostname      1e21373ed7eb
    also          session keyring _ses.1e21373ed7ebee32a4cc57b9b6c9e69f658dd3a788c15a73011ebaec177bef4e
    sysctls       net/ipv4/ping_group_range=0 0
    inferred      16 of 29 mounts, hostname

container 1e21373ed7eb   exited with 0 after 0.34 ms

container 1e21373ed7eb
    after 64.7 ms runc 14685: /usr/bin/runc delete --force <id>

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-25T03:41:25.146925Z: 528 events, 402 calls
cttrace: nothing lost
