using System.Text;

namespace Consilium.Tests.Modules.Files;

/// <summary>PDF files that are small and want much.</summary>
internal static class HostilePapers
{
    const string Letter = "[0 0 595 842]";

    /// <summary>One page of this size that draws this.</summary>
    public static byte[] Page(string content = "", string box = Letter, string catalog = "", string page = "", params string[] more) =>
        Pdf(["<< /Type /Catalog /Pages 2 0 R " + catalog + " >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            $"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R {page} >>", Stream("", Encoding.Latin1.GetBytes(content)), .. more]);

    /// <summary>So many pages of this text.</summary>
    public static byte[] Pages(int count, string text) =>
        Pdf(["<< /Type /Catalog /Pages 2 0 R >>",
            $"<< /Type /Pages /Count {count} /Kids [{string.Join(' ', Enumerable.Range(0, count).Select(i => $"{5 + i} 0 R"))}] >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", Stream("", Encoding.Latin1.GetBytes($"BT /F 1 Tf 10 10 Td ({text}) Tj ET")),
            .. Enumerable.Range(1, count).Select(_ => $"<< /Type /Page /Parent 2 0 R /MediaBox {Letter} /Contents 4 0 R /Resources << /Font << /F 3 0 R >> >> >>")]);

    /// <summary>A colour that takes a hundred thousand steps to work out, at every point of the page, two hundred times.</summary>
    public static byte[] Slow() => Page(string.Concat(Enumerable.Repeat("/S sh ", 200)), page: "/Resources << /Shading << /S << /ShadingType 1 /ColorSpace /DeviceGray /Domain [0 1000 0 1000] /Function 5 0 R >> >> >>",
        more: [Stream("/FunctionType 4 /Domain [0 1000 0 1000] /Range [0 1]", Encoding.ASCII.GetBytes($"{{ pop {string.Concat(Enumerable.Repeat("dup pop ", 50_000))} 1000 div }}"))]);

    /// <summary>A drawing that draws another ten times, which draws another ten times, …</summary>
    public static byte[] DrawnOver()
    {
        const int depth = 20;
        return Page("/X0 Do", page: "/Resources << /XObject << /X0 5 0 R >> >>", more:
        [
            .. Enumerable.Range(0, depth).Select(i => Stream(
                $"/Type /XObject /Subtype /Form /BBox [0 0 500 500] /Resources << /XObject << /X {(i < depth - 1 ? 6 + i : 5 + depth)} 0 R >> >>",
                Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("/X Do ", 10))))),
            Stream("/Type /XObject /Subtype /Form /BBox [0 0 500 500]", "0 0 m 9 9 l S"u8.ToArray()),
        ]);
    }

    /// <summary>A page whose content unpacks to so many bytes.</summary>
    public static byte[] Bomb(long bytes) =>
        Pdf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", $"<< /Type /Page /Parent 2 0 R /MediaBox {Letter} /Contents 4 0 R >>",
            Stream("/Filter /FlateDecode", HostilePictures.Deflated(bytes))]);

    /// <summary>A page that shows a picture of this size.</summary>
    public static byte[] Picture(int width, int height, long bytes) =>
        Page("595 0 0 842 0 0 cm /P Do", page: "/Resources << /XObject << /P 5 0 R >> >>", more:
            [Stream($"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode", HostilePictures.Deflated(bytes))]);

    public static byte[] Pdf(IReadOnlyList<string> objects, string trailer = "/Root 1 0 R")
    {
        var pdf = new StringBuilder("%PDF-1.7\n");
        var table = new StringBuilder($"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        for (var i = 0; i < objects.Count; i++)
        {
            table.Append($"{pdf.Length:0000000000} 00000 n \n");
            pdf.Append($"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }
        return Encoding.Latin1.GetBytes($"{pdf}{table}trailer\n<< /Size {objects.Count + 1} {trailer} >>\nstartxref\n{pdf.Length}\n%%EOF\n");
    }

    static string Stream(string words, byte[] content) => $"<< {words} /Length {content.Length} >>\nstream\n{Encoding.Latin1.GetString(content)}\nendstream";
}
