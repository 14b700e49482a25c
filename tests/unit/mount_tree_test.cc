// Mount trees as they are drawn. The tables are what kernels have said, shortened.
#include "render/mount_tree.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "made_states.h"

namespace cttrace {
namespace {

constexpr char kSmall[] =
    "80 70 254:0 /srv/web / ro,relatime - ext4 /dev/vda rw,discard\n"
    "81 80 0:50 / /proc rw,nosuid,nodev,noexec - proc proc rw\n"
    "82 80 0:51 / /dev rw,nosuid - tmpfs tmpfs rw,mode=755\n"
    "83 82 0:52 / /dev/shm rw,nosuid,nodev,noexec - tmpfs shm rw,size=64k\n";

std::string drawn(const std::string& mountinfo, const Style& style = {}, const std::map<Slot, char>& marks = {}) {
  const FromProc made = made_state(mountinfo);
  return draw_mount_tree(made.state, root_in(made), {.style = style, .marks = marks});
}

TEST(MountTreeDrawing, AsAPersonWouldDrawIt) {
  EXPECT_EQ(drawn(kSmall),
            "/               ext4   ro                      /dev/vda[/srv/web]  discard\n"
            "|- /dev         tmpfs  rw,nosuid               mode=755\n"
            "|  `- /dev/shm  tmpfs  rw,nosuid,nodev,noexec  shm  size=64k\n"
            "`- /proc        proc   rw,nosuid,nodev,noexec\n"
            "4 mounts, all private\n");
  EXPECT_EQ(drawn(kSmall, {.indent = 2, .unicode = true}),
            "  /               ext4   ro                      /dev/vda[/srv/web]  discard\n"
            "  \u251c\u2500 /dev         tmpfs  rw,nosuid               mode=755\n"
            "  \u2502  \u2514\u2500 /dev/shm  tmpfs  rw,nosuid,nodev,noexec  shm  size=64k\n"
            "  \u2514\u2500 /proc        proc   rw,nosuid,nodev,noexec\n"
            "  4 mounts, all private\n");
}

TEST(MountTreeDrawing, HowManyThereAreIsBrokenAtItsBlanks) {
  const std::string text = drawn(kSmall, {.width = 20, .indent = 2});
  EXPECT_TRUE(text.ends_with("\n  4 mounts, all\n  private\n")) << text;
}

TEST(MountTreeDrawing, VerboseTellsHowAccessTimesAreKept) {
  EXPECT_EQ(drawn("80 70 254:0 / / ro,relatime - ext4 /dev/vda rw\n"
                  "81 80 0:50 / /a rw,noatime,nodiratime,nosymfollow - tmpfs a rw\n"
                  "82 80 0:51 / /b rw - tmpfs b rw\n",
                  {.verbose = true}),
            "/      ext4   ro,relatime                        /dev/vda\n"
            "|- /a  tmpfs  rw,nosymfollow,noatime,nodiratime  a\n"
            "`- /b  tmpfs  rw,strictatime                     b\n"
            "3 mounts, all private\n");
}

TEST(MountTreeDrawing, OptionsThatDoNotFitAreCut) {
  EXPECT_EQ(drawn(kSmall, {.width = 52, .unicode = true}),
            "/               ext4   ro\n"
            "    /dev/vda[/srv/web]  discard\n"
            "\u251c\u2500 /dev         tmpfs  rw,nosuid \u2026\n"
            "\u2502  \u2514\u2500 /dev/shm  tmpfs  rw,nosuid,nodev,noexec  shm \u2026\n"
            "\u2514\u2500 /proc        proc   rw,nosuid,nodev,noexec\n"
            "4 mounts, all private\n");
}

TEST(MountTreeDrawing, WhatIsShownIsToldWhereItDoesNotFitToo) {
  constexpr char kTable[] =
      "80 70 0:40 / / rw,relatime - overlay overlay rw,lowerdir=/one:/two,upperdir=/three\n"
      "81 80 254:0 /srv/of/many/folders/resolv.conf /etc/resolv.conf rw - ext4 /dev/vda rw,discard\n"
      "82 80 0:51 / /tmp rw - tmpfs tmpfs rw,size=1234567k\n";
  EXPECT_EQ(drawn(kTable, {.width = 45}),
            "/        overlay  rw\n"
            "    lowerdir=/one:/two,upperdir=/three\n"
            "|- /etc/resolv.conf  ext4     rw\n"
            "|      ...rv/of/many/folders/resolv.conf] ...\n"
            "`- /tmp  tmpfs    rw  size=1234567k\n"
            "3 mounts, all private\n");
  // Nothing is cut where all is asked for.
  const std::string all = drawn(kTable, {.width = 45, .verbose = true});
  EXPECT_NE(all.find("|      /dev/vda[/srv/of/many/folders/resolv.conf]  discard\n"), std::string::npos) << all;
}

TEST(MountTreeDrawing, PathsAreNeverCut) {
  const std::string deep = "/var/lib/machines/one/of/many";
  EXPECT_EQ(drawn("80 70 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
                  "81 80 0:50 / " +
                      deep +
                      " ro - tmpfs deep rw\n"
                      "82 80 0:51 / /z rw - tmpfs z rw\n",
                  {.width = 40}),
            "/      ext4   rw  /dev/vda\n"
            "|- /var/lib/machines/one/of/many\n"
            "|      tmpfs  ro  deep\n"
            "`- /z  tmpfs  rw  z\n"
            "3 mounts, all private\n");
}

TEST(MountTreeDrawing, PropagationIsToldWhereItDiffers) {
  const FromProc made = made_state(
      "80 70 254:0 / / rw shared:1 - ext4 /dev/vda rw\n"
      "81 80 0:50 / /a rw shared:5 master:1 - tmpfs a rw\n"
      "82 80 0:51 / /b rw unbindable - tmpfs b rw\n"
      "83 80 0:52 / /c rw master:1 - tmpfs c rw\n"
      "84 80 0:53 / /d rw - tmpfs d rw\n");
  const MountTree& tree = *made.state.tree(root_in(made).mount.tree);
  // Peer groups have numbers of the model's own; here of one digit.
  const std::string first = std::to_string(tree.at(tree.with_kernel_id(80)).peer_group);
  const std::string second = std::to_string(tree.at(tree.with_kernel_id(81)).peer_group);
  ASSERT_NE(first, second);
  EXPECT_EQ(draw_mount_tree(made.state, root_in(made), {}),
            "/      ext4   rw  shared " + first + "              /dev/vda\n" + "|- /a  tmpfs  rw  shared " + second +
                ", slave of " + first + "  a\n" + "|- /b  tmpfs  rw  unbindable            b\n" +
                "|- /c  tmpfs  rw  slave of " + first + "            c\n" +
                "`- /d  tmpfs  rw  private               d\n" + "5 mounts\n");
}

TEST(MountTreeDrawing, WhatIsHiddenSaysUnderWhat) {
  EXPECT_EQ(drawn("80 70 254:0 / / rw - ext4 /dev/vda rw\n"
                  "81 80 0:50 / /a/b rw - tmpfs below rw\n"
                  "82 80 0:51 / /a rw - ramfs above rw\n"
                  "83 80 0:52 / /pts rw - devpts first rw\n"
                  "84 83 0:53 / /pts rw - devpts second rw\n"
                  "85 83 0:54 / /pts/x rw - tmpfs x rw\n"),
            "/             ext4    rw  /dev/vda\n"
            "|- /a         ramfs   rw  above\n"
            "|- /a/b       tmpfs   rw  (under ramfs on /a) below\n"
            "`- /pts       devpts  rw  (under devpts) first\n"
            "   |- /pts    devpts  rw  second\n"
            "   `- /pts/x  tmpfs   rw  (under devpts on /pts) x\n"
            "6 mounts, all private\n");
}

constexpr char kRuntime[] =
    "80 70 254:0 / / ro - overlay overlay rw\n"
    "81 80 0:50 / /proc rw - proc proc rw\n"
    "90 81 0:50 /bus /proc/bus ro - proc proc rw\n"
    "91 81 0:50 /fs /proc/fs ro - proc proc rw\n"
    "92 81 0:50 /sys /proc/sys ro - proc proc rw\n"
    "93 81 0:6 /null /proc/kcore rw - devtmpfs dev rw,mode=755\n"
    "94 81 0:6 /null /proc/keys rw - devtmpfs dev rw,mode=755\n"
    "95 81 0:6 /null /proc/timer_list rw - devtmpfs dev rw,mode=755\n"
    "82 80 0:51 / /dev rw - tmpfs tmpfs rw\n"
    "96 82 0:6 /null /dev/null rw - devtmpfs dev rw,mode=755\n"
    "97 82 0:6 /tty /dev/tty rw - devtmpfs dev rw,mode=755\n"
    "98 82 0:6 /zero /dev/zero rw - devtmpfs dev rw,mode=755\n"
    "83 80 0:52 / /cg ro - tmpfs tmpfs rw\n"
    "84 83 0:60 /web /cg/cpu ro - cgroup cgroup rw,cpu\n"
    "85 83 0:61 /web /cg/memory ro - cgroup cgroup rw,memory\n"
    "86 83 0:62 /web /cg/pids ro - cgroup cgroup rw,pids\n"
    "87 80 0:70 / /run rw - tmpfs tmpfs rw,size=1k\n"
    "88 80 0:71 / /tmp rw - tmpfs tmpfs rw,size=2k\n"
    "89 80 0:72 / /var rw - tmpfs tmpfs rw,size=3k\n";

TEST(MountTreeDrawing, ManyOfAKindShareALine) {
  EXPECT_EQ(drawn(kRuntime),
            "/                                    overlay   ro\n"
            "|- /cg                               tmpfs     ro\n"
            "|  `- /cg/{cpu,memory,pids}          cgroup    ro  cgroup[/web]\n"
            "|- /dev                              tmpfs     rw\n"
            "|  `- /dev/{null,tty,zero}           devtmpfs  rw  dev[/*]\n"
            "|- /proc                             proc      rw\n"
            "|  |- /proc/{bus,fs,sys}             proc      ro  (each bound on itself)\n"
            "|  `- /proc/{kcore,keys,timer_list}  devtmpfs  rw  dev[/null]\n"
            "|- /run                              tmpfs     rw  size=1k\n"
            "|- /tmp                              tmpfs     rw  size=2k\n"
            "`- /var                              tmpfs     rw  size=3k\n"
            "19 mounts, all private; -v shows each\n");
}

TEST(MountTreeDrawing, WhatIsOnTheRootHasALineOfItsOwn) {
  EXPECT_EQ(drawn("80 70 254:0 / / rw - ext4 /dev/vda rw\n"
                  "81 80 0:50 / / rw - tmpfs over rw\n"
                  "82 80 0:51 / /b rw - tmpfs b rw\n"
                  "83 80 0:52 / /c rw - tmpfs c rw\n"
                  "84 80 0:53 / /d rw - tmpfs d rw\n"),
            "/            ext4   rw  /dev/vda\n"
            "|- /         tmpfs  rw  (on the root: not seen from inside) over\n"
            "`- /{b,c,d}  tmpfs  rw\n"
            "5 mounts, all private; -v shows each\n");
}

TEST(MountTreeDrawing, VerboseGivesEachALine) {
  const std::string text = drawn(kRuntime, {.verbose = true});
  EXPECT_EQ(std::ranges::count(text, '\n'), 20);
  EXPECT_EQ(text.find('{'), std::string::npos);
  EXPECT_NE(text.find("|  |- /proc/fs "), std::string::npos) << text;
}

TEST(MountTreeDrawing, AFoldedPathTellsAsManyNamesAsFit) {
  const std::string text = drawn(kRuntime, {.width = 40});
  EXPECT_NE(text.find("/proc/{kcore,2 more}"), std::string::npos) << text;
  EXPECT_NE(text.find("/cg/{cpu,2 more}"), std::string::npos) << text;
}

TEST(MountTreeDrawing, WhatSharesALineIsToldToPropagateAsAllOfThemDo) {
  const auto folded = [](const char* a, const char* b, const char* c) {
    std::string table = "80 70 254:0 / / rw - ext4 /dev/vda rw\n";
    table += std::string("81 80 0:51 / /a rw ") + a + " - tmpfs tmpfs rw\n82 80 0:51 / /b rw " + b;
    const std::string text = drawn(table + " - tmpfs tmpfs rw\n83 80 0:51 / /c rw " + c + " - tmpfs tmpfs rw\n");
    const size_t at = text.find("{a,b,c}  tmpfs  rw  ");
    return at == text.npos ? text : text.substr(at + 20, text.find('\n', at) - at - 20);
  };
  const std::string same = folded("shared:1 master:9", "shared:1 master:9", "shared:1 master:9");
  EXPECT_EQ(same.find_first_of("0123456789"), std::string("shared ").size()) << same;
  EXPECT_EQ(folded("shared:1", "shared:2", "shared:1"), "shared");
  EXPECT_EQ(folded("master:1", "master:2", "master:3"), "slave");
  const std::string masters = folded("shared:2 master:1", "shared:3 master:1", "shared:4 master:1");
  EXPECT_EQ(masters.find_first_of("0123456789"), std::string("shared, slave of ").size()) << masters;
}

TEST(MountTreeDrawing, WhatIsMarkedIsToldApart) {
  const FromProc made = made_state(kRuntime);
  const Slot fs = made.state.tree(root_in(made).mount.tree)->with_kernel_id(91);
  const std::string text = draw_mount_tree(made.state, root_in(made), {.style = {}, .marks = {{fs, '+'}}});
  EXPECT_NE(text.find("\n+ |  |- /proc/fs "), std::string::npos) << text;
  EXPECT_NE(text.find("\n  |  |- /proc/bus "), std::string::npos) << text;
}

TEST(MountTreeDrawing, ARootBelowTheRootOfItsMount) {
  ProcReading reading = made_reading("81 80 0:50 / /proc rw - proc proc rw\n");
  reading.process["root"].text = "/srv/jail";
  reading.process["root/mount_id"].text = "80";
  const FromProc made = from_proc(reading, made_surroundings());
  EXPECT_EQ(draw_mount_tree(made.state, root_in(made), {}),
            "/         ?     ?   (its directory /srv/jail; not certain)\n"
            "`- /proc  proc  rw\n"
            "2 mounts, all private\n");
}

TEST(MountTreeDrawing, FromACroppedRootOnlyWhatIsBelowIt) {
  // cttrace is in the same namespace and sees all of it.
  const std::string table =
      "27 1 254:0 / / rw - ext4 /dev/vda rw\n"
      "28 27 0:50 / /srv/jail/proc rw - proc proc rw\n"
      "29 27 0:51 / /srv/jailor rw - tmpfs tmpfs rw\n";
  ProcReading reading = made_reading("28 27 0:50 / /proc rw - proc proc rw\n");
  reading.process["ns/mnt"].text = "mnt:[4026531840]";
  reading.process["root"].text = "/srv/jail";
  reading.process["root/mount_id"].text = "27";
  ProcSurroundings around = made_surroundings();
  around.self["mountinfo"].text = table;
  const FromProc made = from_proc(reading, around);
  EXPECT_EQ(draw_mount_tree(made.state, root_in(made), {}),
            "/         ext4  rw  (its directory /srv/jail) /dev/vda\n"
            "`- /proc  proc  rw\n"
            "2 mounts, all private; 1 more outside this root\n");
}

TEST(MountTreeDrawing, HostileNamesAreEscaped) {
  const std::string text = drawn(
      "80 70 254:0 / / rw - ext4 /dev/vda rw\n"
      "81 80 0:50 /\x1b[2J /a\\012b\x1b[31m rw - tmpfs \x07src rw,x=\x1b]0;\n");
  EXPECT_EQ(text,
            "/                   ext4   rw  /dev/vda\n"
            "`- /a\\x0ab\\x1b[31m  tmpfs  rw  \\x07src[/\\x1b[2J]  x=\\x1b]0;\n"
            "2 mounts, all private\n");
}

TEST(MountTreeDrawing, AChainOfTwentyThousandMountsIsBounded) {
  std::string table = "1 0 0:1 / / rw - tmpfs t rw\n";
  constexpr int kMounts = 20'000;
  for (int i = 2; i <= kMounts; ++i)
    table += std::to_string(i) + " " + std::to_string(i - 1) + " 0:1 / / rw - tmpfs t rw\n";
  const std::string text = drawn(table, {.width = 80});
  EXPECT_LT(text.size(), 100'000u);
  EXPECT_NE(text.find("20000 mounts, all private; 19935 of them too deep to be drawn\n"), std::string::npos)
      << text.substr(text.size() - 200);
}

TEST(MountTreeDrawing, WhatIsNotKnownIsNotDrawn) {
  EXPECT_EQ(draw_mount_tree(State(), Place{.path = "/x", .shown = "(detached tmpfs)\n"}, {.style = {.indent = 1}}),
            " not known: its root is (detached tmpfs)\\x0a\n");
}

TEST(MountTreeDrawing, ColoursAreOnlyAdded) {
  std::string coloured = drawn(kRuntime, {.color = true});
  EXPECT_NE(coloured.find('\x1b'), std::string::npos);
  for (size_t at = coloured.find('\x1b'); at != std::string::npos; at = coloured.find('\x1b'))
    coloured.erase(at, coloured.find('m', at) - at + 1);
  EXPECT_EQ(coloured, drawn(kRuntime));
}

}  // namespace
}  // namespace cttrace
