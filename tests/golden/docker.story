container b2d9b40011a5 (runc)   init 14576 = pid 1   cgroup /web/<id>
    set-up 267.0 ms, 331 calls
  id          b2d9b40011a58d16f63390b2b4d4700ee27f38f4c634616981087d48b6350bb9
  bundle      /tmp/golden/docker/exec/containerd/daemon/io.containerd.runtime.v2.task/moby/b2d9b40011a58d16f63390b2b4d4700ee27f38f4c634616981087d48b6350bb9
  rootfs      /tmp/golden/docker/data/overlay2/7197b2b488697bcdbe1601111aee4d5d1af7d6c64fc237e3fb9ba2f966ddd2f5/merged
  started by  containerd-shim-runc-v2, by containerd
   +0.0 ms  rootfs       dockerd 14520: overlay on <rootfs>
                         (index=off,lowerdir=/tmp/golden/docker/data/overlay2/l/TLXT4JXYWQ6IBUDIOQXW44TQDZ:/tmp/golden/docker/data/overlay2/l/R...)
   +0.4 ms               dockerd 14520: <rootfs> detached
  +26.9 ms               dockerd 14520: overlay on <rootfs>
                         (index=off,lowerdir=/tmp/golden/docker/data/overlay2/l/TLXT4JXYWQ6IBUDIOQXW44TQDZ:/tmp/golden/docker/data/overlay2/l/R...)
  +61.9 ms  create       containerd-shim-runc-v2 14549:
                         /usr/bin/containerd-shim-runc-v2 -namespace ...
                         -publish-binary /usr/bin/containerd -id <id> start
  +67.3 ms               containerd-shim-runc-v2 14549: makes
                         containerd-shim-runc-v2 14556 (vfork), which only makes
                         the next one
  +67.4 ms               containerd-shim-runc-v2 14556: executes itself again:
                         /usr/bin/containerd-shim-runc-v2 -namespace moby -id
                         <id> -address
                         /tmp/golden/docker/exec/containerd/containerd.sock
  +67.7 ms  identity     containerd-shim-runc-v2 14549:
                         containerd-shim-runc-v2 14556 gets oom_score_adj 1
  +73.0 ms  create       containerd-shim-runc-v2 14556: makes runc 14566
                         (vfork), which sets the cgroup up (1.6 ms)
  +73.1 ms               runc 14566: runc --root
                         /tmp/golden/docker/exec/runtime-runc/moby ...
                         --log-format json create --bundle <bundle> --pid-file
                         <bundle>/init.pid <id>
  +81.1 ms               runc 14566: asks what the kernel can do (seccomp, 6
                         probes)
  +84.6 ms               runc 14566: fifo
                         /tmp/golden/docker/exec/runtime-runc/moby/<id>/exec.fifo
                         (outside)
  +85.0 ms               runc 14566: makes parent 14573 (vfork)
  +85.1 ms               parent 14573: executes itself again: runc init
  +85.8 ms               parent 14573: protects its executable: binds it
                         read-only, detaches that, executes it from there
                         (1.2 ms)
  +86.1 ms  cgroup       runc 14566: cpuset.cpus = 0-1, cpuset.mems = 0 in
                         /sys/fs/cgroup/cpuset/web
  +86.2 ms               runc 14566: cpuset.cpus = 0-1, cpuset.mems = 0
  +86.2 ms               runc 14566: parent 14573 into /web/<id> of cpuset,
                         devices, memory, cpu, cpuacct, pids, blkio, freezer,
                         systemd, unified (10.2 ms)
  +96.6 ms  identity     parent 14573: oom_score_adj 0
  +96.6 ms  create       parent 14573: makes child 14575 (as its sibling), which
                         makes the namespaces
 +103.6 ms  namespaces   child 14575: new mnt 4026532249, pid 4026532252,
                         net 4026532253, uts 4026532250, ipc 4026532251
 +104.2 ms  create       child 14575: makes init 14576 (as its sibling), which
                         sets the mounts up and becomes the program
 +110.6 ms               asks what the kernel can do (seccomp, 6 probes)
 +112.3 ms  identity     session keyring
                         _ses.b2d9b40011a58d16f63390b2b4d4700ee27f38f4c634616981087d48b6350bb9
 +112.7 ms  rootfs       / and all below made rslave
 +112.9 ms               <rootfs> bound on itself, with all below
 +113.0 ms  mounts       proc on /proc (nosuid,nodev,noexec)
 +113.2 ms               tmpfs on /dev (nosuid,strictatime;
                         mode=755,size=65536k)
 +113.3 ms               devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=0620,gid=5)
 +113.4 ms               sysfs on /sys (ro,nosuid,nodev,noexec)
 +113.9 ms               tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec; mode=755)
 +114.1 ms               /sys/fs/cgroup/*/web/<id> bound on /sys/fs/cgroup/*:
                         cpu, cpuacct, cpuset, memory, devices, freezer, blkio,
                         pids, systemd (ro,nosuid,nodev,noexec) (2.2 ms)
 +116.3 ms               mqueue on /dev/mqueue (nosuid,nodev,noexec)
 +116.4 ms               tmpfs on /dev/shm (nosuid,nodev,noexec;
                         mode=1777,size=67108864)
 +116.8 ms               /usr/bin/docker-init bound on /sbin/docker-init (ro)
 +116.9 ms               /tmp/golden/docker/data/containers/<id>/* bound on
                         /etc/*: resolv.conf, hostname, hosts, made private
 +117.1 ms  devices      /dev/null c 1:3, /dev/random c 1:8, /dev/full c 1:7,
                         /dev/tty c 5:0, /dev/zero c 1:5, /dev/urandom c 1:9
                         (mode 0666, owner 0:0)
 +117.6 ms  cgroup       runc 14566: devices.deny = a *:* rwm, devices.allow =
                         b *:* m, c *:* m, c 1:3 rwm, c 1:5 rwm, c 1:7 rwm,
                         c 1:8 rwm, c 1:9 rwm, c 5:0 rwm, c 5:1 rwm, c 5:2 rwm,
                         c 10:200 rwm, c 136:* rwm
 +118.0 ms  create       runc 14566: makes dockerd 14583 (vfork)
 +118.1 ms  network      dockerd 14583: libnetwork-setkey
                         -exec-root=/tmp/golden/docker/exec <id> 663adcdfa87b
 +163.6 ms               dockerd 14520: /proc/71/ns/net bound on
                         /tmp/golden/docker/exec/netns/eff8658484af (outside)
 +163.8 ms               dockerd 14520: joins net 4026532253
 +216.6 ms               dockerd 14592: joins net 4026532253
 +232.4 ms  root switch  pivot_root(".", "."): <rootfs> becomes /; the old root
                         lies on it, is made rslave, is detached 0.09 ms later:
                         gone
 +232.7 ms  identity     hostname b2d9b40011a5
 +232.7 ms  network      net.ipv4.ip_unprivileged_port_start = 0,
                         net.ipv4.ping_group_range = 0 2147483647
 +232.8 ms  masking      read-only: /proc/bus, /proc/fs, /proc/irq, /proc/sys;
                         /proc/keys, /proc/timer_list <- /dev/null; /proc/acpi,
                         /sys/firmware <- an empty folder; not here, which is
                         normal: /proc/sysrq-trigger, /proc/asound, /proc/kcore,
                         /proc/latency_stats, /proc/timer_stats,
                         /proc/sched_debug, /proc/scsi
 +249.5 ms  identity     seccomp: a filter of 974 instructions
 +250.5 ms               dropped from the bounding set: 26 capabilities
 +250.6 ms               groups 0
 +250.7 ms               capabilities CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL,
                         SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, NET_RAW,
                         SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP
 +257.2 ms  create       containerd-shim-runc-v2 14556: makes runc 14598 (vfork)
 +257.3 ms               runc 14598: runc --root
                         /tmp/golden/docker/exec/runtime-runc/moby --log
                         <bundle>/log.json --log-format json start <id>
 +260.2 ms               runc 14598: asks what the kernel can do (seccomp, 6
                         probes)
 +262.2 ms  hand-over    execve /sbin/docker-init -- /bin/echo hello: uid 0, gid
                         0; 14 of 41 capabilities; 1 seccomp filter (4.8 ms)
  handed over
    program       /sbin/docker-init -- /bin/echo hello
    pid           14576, 71 in an outer pid namespace, 1 in its pid namespace
    namespaces    new: mnt 4026532249, uts 4026532250, ipc 4026532251,
                  net 4026532253, pid 4026532252
                  the host's: cgroup 4026531835, time 4026531834,
                  user 4026531837
    root          / (overlay)
    cwd           /
    mounts
      /                       overlay  rw                      slave of 35  i...
      |- /dev                 tmpfs    rw,nosuid               private      m...
      |  |- /dev/mqueue       mqueue   rw,nosuid,nodev,noexec  private
      |  |- /dev/pts          devpts   rw,nosuid,noexec        private      n...
      |  `- /dev/shm          tmpfs    rw,nosuid,nodev,noexec  private      s...
      |- /etc/{hostname,hosts,resolv.conf}  ext4     rw                      ...
      |- /proc                proc     rw,nosuid,nodev,noexec  private
      |  |- /proc/acpi        tmpfs    ro                      private
      |  |- /proc/{bus,fs,irq,sys}  proc     ro,nosuid,nodev,noexec  private ...
      |  |- /proc/keys        tmpfs    rw,nosuid               private      t...
      |  `- /proc/timer_list  tmpfs    rw,nosuid               private      t...
      |- /sbin/docker-init    ext4     ro                      private      /...
      `- /sys                 sysfs    ro,nosuid,nodev,noexec  private
         |- /sys/firmware     tmpfs    ro                      private
         `- /sys/fs/cgroup    tmpfs    rw,nosuid,nodev,noexec  private      m...
            `- /sys/fs/cgroup/{blkio,cpu,7 more}  cgroup   ro,nosuid,nodev,no...
      29 mounts; -v shows each
    devices       /dev/null 0666, /proc/{keys,timer_list} 0666,
                  /dev/{full,random,tty,urandom,zero} 0666?
    user          uid 0, gid 0, groups 0
    capabilities  14 of 41
    privileges    no_new_privs is not set, seccomp: 1 filter
    cgroup        /web/b2d9b40011a58d16f63390b2b4d4700ee27f38f4c634616981087d48b6350bb9
    hostname      b2d9b40011a5
    also          session keyring _ses.b2d9b40011a58d16f63390b2b4d4700ee27f38f4c634616981087d48b6350bb9
    sysctls       net/ipv4/ip_unprivileged_port_start=0,
                  net/ipv4/ping_group_range=0 2147483647,
                  net/ipv6/conf/all/disable_ipv6=1
    inferred      16 of 29 mounts, hostname

container b2d9b40011a5   after 4.8 ms its init executes /bin/echo hello
    program 14605 = pid 8

container b2d9b40011a5   exited with 0 after 5.7 ms

container b2d9b40011a5
    after 18.6 ms runc 14606: runc --root /tmp/golden/docker/exec/runtime-runc/moby ... --log-format json delete <id>

container b2d9b40011a5
    after 36.6 ms runc 14621: runc --root /tmp/golden/docker/exec/runtime-runc/moby ... --log-format json delete --force <id>

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-25T03:41:23.601234Z: 606 events, 410 calls, 2 processes still running
cttrace: nothing lost
