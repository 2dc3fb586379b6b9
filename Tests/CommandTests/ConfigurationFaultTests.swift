import Testing

@testable import sallyport

/// A file with one fault, and where the fault is.
struct FaultCase: Sendable, CustomTestStringConvertible {
  let text: String
  let line: Int
  let words: String

  init(_ text: String, _ line: Int, _ words: String) {
    self.text = text
    self.line = line
    self.words = words
  }

  var testDescription: String { words }
}

/// A sound gate of four lines, for faults elsewhere.
private let gate = """
  [[gate]]
  transport = "ntcp2"
  address = "203.0.113.7"
  port = 17654

  """

/// The same of SSU2.
private let ssu2 = gate.replacing("ntcp2", with: "ssu2")

/// A sound start of a proxy gate, three lines.
private let proxy = """
  [[gate]]
  transport = "ntcp2"
  mode = "proxy"

  """

@Suite struct ConfigurationFaultTests {
  @Test func aSoundFileHasNone() {
    #expect(readConfiguration(gate).faults == [])
  }

  @Test(arguments: [
    FaultCase("", 1, "there is no [[gate]]"),
    FaultCase(gate + "[router\n", 5, "rror while parsing"),
    FaultCase(gate + "[router]\nkind = \"auto\"\nkind = \"i2pd\"\n", 7, "redefine"),
    FaultCase(gate + "[router]\n\"a\\u0000b\" = 1\n", 6, "zero byte"),
    FaultCase(gate + "[router]\nkind = \"kovri\"\n", 6, "unknown value \"kovri\""),
    FaultCase(gate + "[router]\nkind = \"java\"\n", 6, "directory is not set"),
    FaultCase(gate + "[router]\nkind = 1\n", 6, "is a whole number, not a string"),
    FaultCase(gate + "[router]\ndirectory = \"i2pd\"\n", 6, "not an absolute path"),
    FaultCase(gate + "[router]\nproof = \"none\"\n", 6, "unknown value"),
    FaultCase(gate + "[router]\nprof = \"full\"\n", 6, "unknown key prof in [router]"),
    FaultCase(gate + "[rooter]\nkind = \"auto\"\n", 5, "did you mean router?"),
    FaultCase(gate + "stray = 1\n", 5, "unknown key stray in [[gate]]"),
    FaultCase("stray = 1\n" + gate, 1, "unknown key stray in the file"),
    FaultCase("router = 1\n" + gate, 1, "not a table"),
    FaultCase("gate = 1\n", 1, "not an array of tables"),
    FaultCase("gate = [1]\n", 1, "holds a whole number, not a table"),
    FaultCase(gate + "[limits]\naddress-rate-burst = \"200\"\n", 6, "not a whole number"),
    FaultCase(gate + "[limits]\n\naddress-rate-burst = 0\n", 7, "0 is out of range"),
    FaultCase(gate + "[limits]\nidle-timeout-seconds = 1e9\n", 6, "out of range"),
    FaultCase(gate + "[limits]\nidle-timeout-seconds = nan\n", 6, "out of range"),
    FaultCase(gate + "[limits]\nidle-timeout-seconds = 1979-05-27\n", 6, "a date or time"),
    FaultCase(gate + "[rules]\ndirectory = \"\"\n", 6, "not an absolute path"),
    FaultCase(gate + "[refused-flights]\nkeep = true\n", 6, "not a string"),
    FaultCase(gate + "[refused-flights]\nmebibytes = 0\n", 6, "0 is out of range"),
    FaultCase(gate + "[refused-flights]\naddresses = \"none\"\n", 6, "\"full\", \"network\""),
    FaultCase(gate + "[admin]\nhttp = \"localhost\"\n", 6, "not an address and a port"),
    FaultCase(gate + "[admin]\nhttp = \"0.0.0.0:9477\"\n", 6, "not this host alone"),
    FaultCase(gate + "[admin]\nhttp = \"192.0.2.1:9477\"\n", 6, "not this host alone"),
    FaultCase(gate + "[admin]\nhttp = \"[::]:9477\"\n", 6, "not this host alone"),
    FaultCase(gate + "[admin]\nsocket = \"/\(String(repeating: "a", count: 107))\"\n", 6, "longer"),
    FaultCase(gate + "[state]\ndirectory = false\n", 6, "is true or false"),
    FaultCase(gate + "[process]\nshards = -1\n", 6, "out of range"),
    FaultCase(gate + "[firewall]\nmark = 0\n", 6, "out of range"),
    FaultCase(gate + "[firewall]\nmark = 0x1ff\nmark-mask = 0xff\n", 7, "bits outside the mask"),
    FaultCase(gate + "[firewall]\ntable = 254\n", 6, "the kernel itself"),
    FaultCase(gate + "[firewall]\npriority = 32766\n", 6, "out of range"),
    FaultCase(gate + "[firewall]\ntcp-port = 0\n", 6, "out of range"),
  ])
  func isFoundAtItsLine(fault: FaultCase) {
    expectOnly(fault)
  }

  @Test(arguments: [
    FaultCase("[[gate]]\naddress = \"203.0.113.7\"\nport = 1\n", 1, "transport: is missing"),
    FaultCase("[[gate]]\ntransport = \"ntcp2\"\nport = 1\n", 1, "address: is missing"),
    FaultCase(
      "[[gate]]\ntransport = \"ntcp2\"\naddress = \"203.0.113.7\"\n",
      1,
      "port: is missing"
    ),
    FaultCase(gate.replacing("ntcp2", with: "ntcp"), 2, "unknown value \"ntcp\""),
    FaultCase(gate.replacing("203.0.113.7", with: "router.example"), 3, "not an IPv4 or IPv6"),
    FaultCase(gate.replacing("203.0.113.7", with: "0.0.0.0"), 3, "not an address of one host"),
    FaultCase(gate.replacing("203.0.113.7", with: "ff02::1"), 3, "not an address of one host"),
    FaultCase(gate.replacing("17654", with: "70000"), 4, "70000 is out of range"),
    FaultCase(gate.replacing("17654", with: "\"17654\""), 4, "is a string, not a whole number"),
    FaultCase(gate + "when-down = \"ajar\"\n", 5, "unknown value \"ajar\""),
    FaultCase(gate + "upstream = \"127.0.0.1:1\"\n", 5, "a transparent gate"),
    FaultCase(gate + gate, 5, "the gate at line 1 has ntcp2 on 203.0.113.7:17654 too"),
    FaultCase(proxy + "address = \"::1\"\nport = 1\n", 3, "a proxy needs upstream"),
    FaultCase(
      proxy + "address = \"::1\"\nport = 1\nupstream = \"::1\"\n",
      6,
      "not an address and a port"
    ),
    FaultCase(
      proxy + "address = \"::1\"\nport = 1\nupstream = \"[::1]:1\"\n",
      6,
      "is the gate itself"
    ),
    FaultCase(
      proxy + "address = \"::1\"\nport = 15300\nupstream = \"[::1]:1\"\n",
      5,
      "[firewall] tcp-port"
    ),
    FaultCase(
      proxy + "address = \"::1\"\nport = 1\nupstream = \"[::1]:2\"\nwhen-down = \"open\"\n",
      7,
      "nothing listens while a proxy is away"
    ),
    FaultCase(
      proxy + "address = \"0.0.0.0\"\nport = 17654\nupstream = \"[::1]:2\"\n" + gate,
      7,
      "the gate at line 1"
    ),
  ])
  func ofAGateIsFoundAtItsLine(fault: FaultCase) {
    expectOnly(fault)
  }

  @Test(arguments: [
    FaultCase(ssu2 + "[firewall]\nmark = 0xf0\nmark-mask = 0xf0\n", 7, "no room for the three"),
    FaultCase(ssu2 + "[firewall]\nmark = 0xfffffffd\n", 6, "no room for the three"),
    FaultCase(ssu2 + "[firewall]\nudp-port = 15302\n", 6, "both arrive at 15302"),
    FaultCase(ssu2 + "[firewall]\nudp-witness-port = 15301\n", 6, "both arrive at 15301"),
    FaultCase(ssu2 + "[firewall]\nudp-port = 17654\n", 4, "is [firewall] udp-port"),
    FaultCase(ssu2 + "[firewall]\nudp-witness-port = 17654\n", 4, "[firewall] udp-witness-port"),
    FaultCase(ssu2 + "[datagrams]\nflows = 0\n", 6, "0 is out of range"),
    FaultCase(ssu2 + "[datagrams]\nflow = 9\n", 6, "did you mean flows?"),
    FaultCase(ssu2 + "[datagrams]\nproven-endpoints = 10\n", 6, "10 is out of range"),
    FaultCase(
      ssu2 + "[datagrams.java]\nrequests-per-second = 1\n",
      6,
      "unknown key requests-per-second in [datagrams.java]"
    ),
    FaultCase(ssu2 + "[datagrams.kovri]\n", 5, "unknown table kovri in [datagrams]"),
    FaultCase(ssu2 + ssu2, 5, "the gate at line 1 has ssu2 on 203.0.113.7:17654 too"),
  ])
  func ofDatagramsIsFoundAtItsLine(fault: FaultCase) {
    expectOnly(fault)
  }

  @Test func marksMatterOnlyWhereDatagramsAreDiverted() {
    let narrow = "[firewall]\nmark = 0xf0\nmark-mask = 0xf0\n"
    #expect(readConfiguration(gate + narrow).faults == [])
    let proxied = ssu2 + "mode = \"proxy\"\nupstream = \"127.0.0.1:9\"\n"
    #expect(readConfiguration(proxied + narrow).faults == [])
    #expect(readConfiguration(gate + ssu2).faults == [])
  }

  @Test func allAreFoundAtOnce() {
    let text = """
      [router]
      kind = "kovri"
      proof = 7
      [[gate]]
      transport = "ntcp2"
      address = "203.0.113.7"
      port = 0
      [limits]
      open-sessions = 0
      opn-sessions = 1
      [nonsense]
      """
    #expect(readConfiguration(text).faults.map(\.line) == [2, 3, 7, 9, 10, 11])
  }

  @Test func tooManyGatesAreRefused() {
    let gates = (1...17).map { gate.replacing("17654", with: "\($0)") }.joined()
    let faults = readConfiguration(gates).faults
    #expect(faults.map(\.line) == [65])
  }

  @Test func zeroBytesAndOtherCodesAreRefused() {
    let collector = FaultCollector(file: "f")
    #expect(Document(file: "f", bytes: [10, 10, 0], faults: collector) == nil)
    #expect(Document(file: "f", bytes: [0xff], faults: collector) == nil)
    let long = Array(repeating: UInt8(ascii: "#"), count: 1_048_577)
    #expect(Document(file: "f", bytes: long, faults: collector) == nil)
    #expect(collector.faults.map(\.line) == [3, 1, 1])
  }

  @Test func deepNestingIsAFaultAndNoCrash() {
    let keys = Array(repeating: "a", count: 20_000).joined(separator: ".")
    #expect(readConfiguration(gate + keys + " = 1\n").faults.isEmpty == false)
    let arrays = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(readConfiguration(gate + "x = " + arrays).faults.isEmpty == false)
  }

  private func expectOnly(_ fault: FaultCase) {
    let faults = readConfiguration(fault.text).faults
    #expect(faults.count == 1, "\(faults)")
    #expect(faults.first?.line == fault.line)
    #expect(faults.first?.description.contains(fault.words) == true, "\(faults)")
    #expect(faults.first?.remedy.isEmpty == false)
  }
}
