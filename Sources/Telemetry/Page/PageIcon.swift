/// The program's sign: the arch of a gate, one of its two doors open.
enum PageIcon {
  /// The shapes, in a square of 32 by 32.
  static let shapes: Markup = """
    <path fill="#0072b2" d="M4 30V14a12 12 0 0 1 24 0v16z"/>\
    <path fill="#fff" d="M8 30V14a8 8 0 0 1 8-8v24z"/>\
    <path fill="#56b4e9" d="M18 8a7 7 0 0 1 6 6v16l-6-4z"/><circle cx="20" cy="18" r="1"/>
    """

  /// The picture beside the page's title in a browser.
  static let svg: Markup =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\">\(shapes)</svg>"
}
