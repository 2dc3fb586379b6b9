import Filter
import Testing

/// SYNs as the tools and stacks send them, and what is read from them.
@Suite struct SynFingerprintTests {
  private func fingerprint(_ change: (inout SynBytes) -> Void = { _ in }) -> SynFingerprint? {
    var syn = SynBytes()
    change(&syn)
    return SynFingerprint(syn: syn.bytes.span)
  }

  @Test func linuxIsReadInFull() throws {
    let linux = try #require(fingerprint { $0.timeToLive = 51 })
    #expect(linux.description == "4:64:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0")
    #expect(linux.signature == "4:64:0:*:mss*44,7:mss,sok,ts,nop,ws:df,id+:0")
    #expect(linux.hopCount == 13 && linux.initialTimeToLive == 64)
    #expect(linux.senderClass == .linux && linux.telltale == .none)
  }

  @Test func stacksAreToldApart() {
    let stacks: [(SynClass, [UInt8], UInt8, UInt16, String)] = [
      (.windows, SynBytes.windowsOptions, 128, 64_240, "mss,nop,ws,nop,nop,sok"),
      (.mac, SynBytes.macOptions, 64, 65_535, "mss,nop,ws,nop,nop,ts,sok,eol+1"),
      (.bsd, SynBytes.freeBSDOptions, 64, 65_535, "mss,nop,ws,sok,ts"),
      (.windows, SynBytes.freeBSDOptions, 128, 65_535, "mss,nop,ws,sok,ts"),
      (.bsd, SynBytes.openBSDOptions, 64, 16_384, "mss,nop,nop,sok,nop,ws,nop,nop,ts"),
      (.none, SynBytes.linuxOptions, 255, 5_840, "mss,sok,ts,nop,ws"),
      (.none, SynBytes.windowsOptions, 64, 8_192, "mss,nop,ws,nop,nop,sok"),
      (.linux, SynBytes.linuxOptions + [34, 2, 1, 1], 64, 64_240, "mss,sok,ts,nop,ws,?34,nop,nop"),
    ]
    for (expected, options, timeToLive, window, layout) in stacks {
      let read = fingerprint {
        $0.options = options
        $0.timeToLive = timeToLive - 7
        $0.window = window
      }
      #expect(read?.senderClass == expected, "\(layout)")
      #expect(read?.layout.description == layout)
    }
  }

  /// The packets that zmap 2.1.1, masscan 1.3.2 and nmap 7.93 sent in the lab, field by field.
  @Test func scannersAreKnownByWhatTheySent() {
    let zmap = fingerprint {
      ($0.timeToLive, $0.identification, $0.fragment) = (255, 54_321, 0)
      ($0.window, $0.options, $0.sequence) = (65_535, [], 2_939_734_927)
    }
    #expect(zmap?.senderClass == .zmap && zmap?.telltale == .constantIdentification)
    #expect(zmap?.description == "4:255:0:*:65535,0:::0")
    let masscan = fingerprint {
      ($0.timeToLive, $0.identification, $0.fragment) = (255, 16_720, 0)
      ($0.window, $0.options, $0.sequence) = (1_024, [], 950_470_055)
      $0.destination = 0x0b5b_0001
    }
    #expect(masscan?.senderClass == .masscan && masscan?.telltale == .foldedIdentification)
    let nmap = fingerprint {
      ($0.timeToLive, $0.identification, $0.fragment) = (44, 18_466, 0)
      ($0.window, $0.options, $0.sequence) = (1_024, [2, 4, 5, 180], 2_942_984_344)
    }
    #expect(nmap?.senderClass == .nmap && nmap?.telltale == SynTelltale.none)
    let nmap6 = fingerprint {
      ($0.isIPv6, $0.timeToLive, $0.window, $0.options) = (true, 255, 1_024, [2, 4, 5, 180])
    }
    #expect(nmap6?.senderClass == .nmap)
  }

  @Test func miraiIsKnownByItsSequenceNumberAlone() {
    let mirai = fingerprint {
      ($0.sequence, $0.options, $0.window, $0.fragment) = ($0.destination, [], 14_600, 0)
    }
    #expect(mirai?.senderClass == .mirai)
    let neighbour = fingerprint {
      ($0.sequence, $0.options, $0.window, $0.fragment) = ($0.destination &+ 1, [], 14_600, 0)
    }
    #expect(neighbour?.senderClass == .odd)
  }

  /// A stack whose identification happens to be a scanner's is still a stack.
  @Test func honestStacksAreNeverTakenForScanners() {
    for identification in [UInt16(54_321), 0, 1, 0x1234] {
      let linux = fingerprint { $0.identification = identification }
      #expect(linux?.senderClass == .linux, "\(identification)")
    }
    for identification in UInt16.min...UInt16.max {
      let linux = fingerprint { $0.identification = identification }
      guard linux?.senderClass == .linux else {
        Issue.record("identification \(identification)")
        return
      }
    }
  }

  /// RFC 9768: a host that wants accurate feedback sets AE, CWR and ECE in its SYN.
  @Test func accurateCongestionFeedbackIsNotOdd() {
    #expect(fingerprint { $0.flags = 0x1c2 }?.senderClass == .linux)
    for reserved: UInt16 in [0x200, 0x400, 0x800] {
      #expect(fingerprint { $0.flags = 0x1c2 | reserved }?.senderClass == .odd)
    }
  }

  @Test func quirksAreRead() {
    let cases: [(String, (inout SynBytes) -> Void)] = [
      ("df", { $0.identification = 0 }), ("id-", { ($0.fragment, $0.identification) = (0, 0) }),
      ("", { $0.fragment = 0 }), ("df,id+,ecn", { $0.flags = 0x0c2 }),
      ("df,id+,ecn", { $0.service = 1 }), ("df,id+,0+", { $0.fragment = 0xc000 }),
      ("df,id+,0+", { $0.flags = 0x802 }), ("df,id+,ecn", { $0.flags = 0x1c2 }),
      ("df,id+,ecn", { $0.flags = 0x102 }), ("df,id+,seq-", { $0.sequence = 0 }),
      ("df,id+,ack+", { $0.acknowledgement = 5 }), ("df,id+,uptr+", { $0.urgentPointer = 5 }),
      ("df,id+,urgf+", { ($0.flags, $0.urgentPointer) = (0x022, 5) }),
      ("df,id+,pushf+", { $0.flags = 0x00a }),
      ("df,id+,ts1-", { $0.options[11] = 0 }), ("df,id+,ts2+", { $0.options[15] = 1 }),
      ("df,id+,opt+", { $0.options = [2, 4, 5, 180, 0, 0, 9, 0] }),
      ("df,id+,exws", { $0.options[19] = 15 }), ("df,id+,bad", { $0.options[1] = 9 }),
      ("df,id+,bad", { $0.options = [2, 4, 5, 180, 3, 0, 1, 1] }),
      ("df,id+,bad", { $0.options = [UInt8](repeating: 1, count: 20) }),
      ("flow", { ($0.isIPv6, $0.flowLabel) = (true, 0x1aba3) }),
    ]
    for (expected, change) in cases {
      let text = fingerprint(change)?.description
      #expect(text?.split(separator: ":", omittingEmptySubsequences: false)[6] ?? "?" == expected)
    }
    #expect(fingerprint { $0.payload = [1] }?.description.hasSuffix(":+") == true)
  }

  @Test func windowsAreMultiplesOfWhatTheStackCounted() {
    let cases: [(UInt16, UInt16, Bool, String)] = [
      (1_460, 64_240, true, "mss*44"), (1_452, 64_240, true, "mss*44"),
      (1_460, 65_535, true, "65535"), (1_460, 14_480, true, "mss*10"),
      (1_460, 6_000, true, "mtu*4"), (0, 65_535, true, "65535"), (1_440, 64_800, false, "mss*45"),
      (1_460, 0, true, "0"), (1, 500, true, "500"),
    ]
    for (segment, window, isIPv4, expected) in cases {
      let read = fingerprint {
        $0.isIPv6 = !isIPv4
        $0.window = window
        $0.options[2] = UInt8(segment >> 8)
        $0.options[3] = UInt8(segment & 255)
        if segment == 0 { $0.options = [1, 1, 1, 1] }
      }
      #expect(read?.windowRule.description == expected, "\(segment) \(window)")
    }
  }

  @Test func whatIsNoWholeSynIsNil() {
    let whole = SynBytes().bytes
    for count in 0..<whole.count {
      let read = SynFingerprint(syn: Array(whole.prefix(count)).span)
      #expect(read == nil, "\(count)")
    }
    for flags: UInt16 in [0x000, 0x010, 0x012, 0x006, 0x003] {
      #expect(fingerprint { $0.flags = flags } == nil)
    }
    #expect(fingerprint { $0.fragment = 0x2000 } == nil)
    #expect(fingerprint { $0.fragment = 0x0001 } == nil)
  }

  @Test func theHashStandsForTheSignatureAndNothingElse() throws {
    let plain = try #require(fingerprint())
    let sameStack: [(inout SynBytes) -> Void] = [
      { $0.timeToLive = 40 }, { $0.sequence = 7 }, { $0.identification = 9 },
      { $0.destination = 9 }, { $0.options[2...3] = [5, 172] },
    ]
    for change in sameStack { #expect(fingerprint(change)?.hash == plain.hash) }
    let otherStack: [(inout SynBytes) -> Void] = [
      { $0.timeToLive = 65 }, { $0.options[19] = 8 }, { $0.window = 65_535 },
      { $0.identification = 0 }, { $0.options = SynBytes.windowsOptions }, { $0.payload = [0] },
      { $0.options[18] = 4 }, { $0.isIPv6 = true },
    ]
    for change in otherStack { #expect(fingerprint(change)?.hash != plain.hash) }
  }

  @Test func classWordsAreReadBack() {
    for known in SynClass.allCases { #expect(SynClass(word: "\(known.word)") == known) }
    #expect(SynClass(word: "router") == nil)
  }
}
