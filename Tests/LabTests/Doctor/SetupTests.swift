import Foundation
import Testing
import Wire

@testable import Lab

extension GateTests {
  /// `sallyport setup` before a real i2pd that lies and runs as Debian's package has it, on a host
  /// of its own: a network namespace, and mounts that nobody else sees. A script that takes down
  /// what it is told stands in for systemctl.
  @Suite struct SetupOnDebian {
    /// Makes the private host, starts i2pd as its user, and waits for its files and ports.
    private static func scenery(scratch: String) -> String {
      """
      set -e
      mount --make-rprivate /
      cp -r /etc/i2pd \(scratch)/i2pd-etc
      for folder in /etc /run /var/lib /var/log; do mount -t tmpfs none $folder; done
      mkdir -p /etc/sallyport /var/lib/i2pd /run/i2pd /run/systemd/system /etc/systemd/system
      cp -r \(scratch)/i2pd-etc /etc/i2pd
      printf 'root:x:0:0::/root:/bin/sh\\ni2pd:x:150:150::/var/lib/i2pd:/bin/false\\n' > /etc/passwd
      printf 'sallyport:x:151:151::/nonexistent:/bin/false\\n' >> /etc/passwd
      printf 'root:x:0:\\ni2pd:x:150:\\nsallyport:x:151:\\n' > /etc/group
      printf 'root:*:1::::::\\ni2pd:!:1::::::\\nsallyport:!:1::::::\\n' > /etc/shadow
      printf 'host = 11.1.0.1\\nport = 17654\\nnat = false\\nnetid = 99\\n' > /etc/i2pd/i2pd.conf
      printf 'reseed.urls =\\nreseed.yggurls =\\nreseed.threshold = 0\\n' >> /etc/i2pd/i2pd.conf
      printf 'ssu2.published = true\\nntcp2.published = true\\n' >> /etc/i2pd/i2pd.conf
      printf 'http.enabled = false\\nsam.enabled = false\\n' >> /etc/i2pd/i2pd.conf
      printf 'addressbook.enabled = false\\n' >> /etc/i2pd/i2pd.conf
      : > /etc/i2pd/tunnels.conf
      printf '[Service]\\nUser=sallyport\\n' > /etc/systemd/system/sallyport.service
      printf '#!/bin/sh\\necho "$@" >> /run/systemctl.log\\n' > /run/systemctl
      chmod +x /run/systemctl
      mount --bind /run/systemctl /usr/bin/systemctl
      chown -R 150:150 /var/lib/i2pd /run/i2pd
      chmod 750 /var/lib/i2pd
      (umask 027; exec setpriv --reuid 150 --regid 150 --clear-groups --pdeathsig KILL \\
        /usr/sbin/i2pd --conf=/etc/i2pd/i2pd.conf --tunconf=/etc/i2pd/tunnels.conf \\
        --log=file --logfile=/var/lib/i2pd/log --service) &
      router=$!
      trap 'kill -9 $router' EXIT
      tries=0
      until grep -q ':44F6 ' /proc/net/tcp && grep -q ':44F6 ' /proc/net/udp \\
          && [ $(grep -ao 11.1.0.1 /var/lib/i2pd/router.info | wc -l) -ge 2 ]; do
        tries=$((tries + 1)); [ $tries -lt 150 ] || { echo 'i2pd does not start'; exit 9; }
        sleep 0.1
      done
      sleep 1

      """
    }

    /// Runs `steps` on such a host; `$S` is the program. What each `say NAME` is followed by comes
    /// back under that name.
    private func parts(_ steps: String) throws -> [String: String] {
      let topology = try StarTopology(hostCount: 1)
      defer { topology.remove() }
      let scratch = "\(topology.directory)/setup"
      try Files.makeDirectory(scratch)
      let program = try OwnProgram.sibling("sallyport")
      let script =
        Self.scenery(scratch: scratch) + "set +e\nsay() { echo \"=== $1\"; }\nS=\(program)\n"
        + steps
      try Files.write(script, to: "\(scratch)/script")
      let outcome = try CommandOutcome(
        program: ["/usr/bin/unshare", "--mount", "/bin/sh", "\(scratch)/script"],
        in: topology.hosts[0].namespace,
        scratch: topology.directory
      )
      try #require(outcome.ending == .exited(code: 0), "\(outcome.output)")
      // Notes are broken into lines that fit.
      let output = outcome.output.replacing("\n          ", with: " ")
      let texts = output.split(separator: "=== ").map { part in
        part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      }
      return Dictionary(texts.map { ($0[0], $0.count > 1 ? $0[1] : "") }) { $1 }
    }

    @Test func thereAndBackAgain() throws {
      let parts = try parts(
        """
        say look; $S setup --dry-run; echo "ended $?"
        say untouched; ls /etc/sallyport; cat /run/systemctl.log 2>&1
        say do; $S setup --yes; echo "ended $?"
        say file; cat /etc/sallyport/sallyport.toml
        say group; grep i2pd: /etc/group
        say told; cat /run/systemctl.log
        say check; $S check; echo "ended $?"
        say again; $S setup --yes --json; echo "ended $?"
        say up; $S firewall up; echo "ended $?"
        say doctor; $S doctor
        sed -i 's/^port = 17654/port = 17654 # mine/' /etc/sallyport/sallyport.toml
        say mine; $S setup --yes; echo "ended $?"
        say forced; $S setup --yes --force; echo "ended $?"
        say kept; cat /etc/sallyport/sallyport.toml.old
        : > /run/systemctl.log
        say remove; $S setup --remove --yes; echo "ended $?"
        say left; ls /etc/sallyport; nft list tables; ip rule; grep i2pd: /etc/group
        say stopped; cat /run/systemctl.log
        """
      )
      let look = try #require(parts["look"])
      for text in [
        "chosen  i2pd in /var/lib/i2pd", "NTCP2 11.1.0.1:17654; SSU2 11.1.0.1:17654",
        "+directory = \"/var/lib/i2pd\"", "table inet sallyport {",
        "ip rule add fwmark 0x00053a11/0xffffffff lookup 53 priority 5300",
        "becomes a member of group i2pd", "enable and start sallyport.service", "ended 0",
      ] { #expect(look.contains(text), "\(text)\n\(look)") }
      #expect(parts["untouched"]?.contains("No such file") == true, "\(parts)")
      #expect(parts["do"]?.contains("Done.") == true, "\(parts)")
      #expect(parts["file"]?.contains("kind = \"i2pd\"") == true)
      #expect(parts["group"] == "i2pd:x:150:sallyport\n")
      #expect(parts["told"] == "enable sallyport.service\nrestart sallyport.service\n")
      #expect(parts["check"]?.contains("ended 0") == true, "\(parts)")
      #expect(parts["again"]?.contains("\"done\" : true") == true, "\(parts)")
      #expect(parts["up"] == "ended 0\n")
      let doctor = try #require(parts["doctor"])
      for text in [
        "user sallyport may read what the gate needs", "the router listens at ssu2",
        "table, rule and route are in place", "no gate runs",
      ] { #expect(doctor.contains(text), "\(text)\n\(doctor)") }
      #expect(parts["mine"]?.contains("was written by hand") == true)
      #expect(parts["mine"]?.contains("ended 1") == true)
      #expect(parts["forced"]?.contains("ended 0") == true)
      #expect(parts["kept"]?.contains("# mine") == true)
      #expect(parts["remove"]?.contains("Done: the gate is gone.") == true, "\(parts)")
      let left = try #require(parts["left"])
      #expect(!left.contains("sallyport.toml\n") && left.contains("sallyport.toml.old"))
      #expect(!left.contains("5300") && !left.contains("inet sallyport"))
      #expect(left.contains("i2pd:x:150:\n"))
      #expect(parts["stopped"] == "disable --now sallyport.service\n")
    }

    @Test func aStepThatFailsLeavesNoHalfConfiguration() throws {
      let parts = try parts(
        """
        printf '[[signature]]\\nname = 1\\n' > /run/broken.toml
        mkdir -p /etc/sallyport/rules.d; cp /run/broken.toml /etc/sallyport/rules.d/
        say faulty; $S setup --yes; echo "ended $?"
        say none; ls /etc/sallyport
        say nobody; grep i2pd: /etc/group
        rm /etc/sallyport/rules.d/broken.toml
        printf '#!/bin/sh\\necho no such unit >&2; exit 5\\n' > /run/systemctl
        say refused; $S setup --yes; echo "ended $?"
        printf '#!/bin/sh\\necho "$@" >> /run/systemctl.log\\n' > /run/systemctl
        say joined; grep i2pd: /etc/group
        gpasswd --delete sallyport i2pd > /dev/null
        say byhand; $S setup --remove --yes; echo "ended $?"
        say owner; chmod 600 /var/lib/i2pd/ntcp2.keys
        $S setup --yes; echo "ended $?"
        say override; cat /etc/systemd/system/sallyport.service.d/50-router.conf
        say proof; grep proof /etc/sallyport/sallyport.toml
        say doctor; $S doctor
        : > /run/systemctl.log
        say remove; $S setup --remove --yes; echo "ended $?"
        say gone; ls /etc/systemd/system; cat /run/systemctl.log
        """
      )
      #expect(parts["faulty"]?.contains("/etc/sallyport/rules.d/broken.toml:") == true, "\(parts)")
      #expect(parts["faulty"]?.contains("ended 1") == true)
      #expect(parts["none"] == "rules.d\n")
      #expect(parts["nobody"] == "i2pd:x:150:\n")
      #expect(parts["refused"]?.contains("no such unit; see `journalctl") == true, "\(parts)")
      #expect(parts["refused"]?.contains("ended 1") == true)
      #expect(parts["joined"] == "i2pd:x:150:sallyport\n")
      #expect(parts["byhand"]?.contains("ended 0") == true, "\(parts)")
      #expect(parts["owner"]?.contains("the gate runs as i2pd, group i2pd") == true, "\(parts)")
      #expect(parts["override"]?.hasSuffix("[Service]\nUser=i2pd\nGroup=i2pd\n") == true)
      #expect(parts["proof"] == "")
      #expect(parts["doctor"]?.contains("user i2pd may read what the gate needs") == true)
      #expect(parts["remove"]?.contains("ended 0") == true, "\(parts)")
      #expect(
        parts["gone"] == "sallyport.service\ndisable --now sallyport.service\ndaemon-reload\n"
      )
    }
  }
}
