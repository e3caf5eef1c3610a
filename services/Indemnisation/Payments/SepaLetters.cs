using System.Collections.Frozen;

namespace Intervision.Indemnisation.Payments;

/// <summary>What is written for a letter or sign that neither ASCII nor the loss of an accent gives.</summary>
internal static class SepaLetters
{
    private const string Latin = "œ=oe Œ=OE æ=ae Æ=AE ß=ss ẞ=SS ø=o Ø=O ł=l Ł=L đ=d Đ=D ð=d Ð=D þ=th Þ=Th ı=i ħ=h Ħ=H ŋ=n Ŋ=N";

    private const string Signs =
        "’=' ‘=' ‚=, ‛=' ʼ=' ′=' `=' ´=' \"=' «=' »=' “=' ”=' „=' ‹=' ›=' –=- —=- _=- ‐=- ‑=- −=- ~=- ·=. •=- &=+ @=(at) ;=, [=( {=( ]=) }=) \\=/ |=/ ⁄=/ €=EUR";

    /// <summary>Russian, Ukrainian, Belarusian, Bulgarian, Serbian, Macedonian; accents are dropped before.</summary>
    private const string Cyrillic =
        "а=a б=b в=v г=g ґ=g д=d ђ=dj е=e є=ye ж=zh з=z и=i і=i ј=j к=k л=l љ=lj м=m н=n њ=nj о=o п=p р=r с=s т=t ћ=c у=u ф=f х=kh ц=ts ч=ch џ=dz ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya ѕ=dz "
        + "А=A Б=B В=V Г=G Ґ=G Д=D Ђ=Dj Е=E Є=Ye Ж=Zh З=Z И=I І=I Ј=J К=K Л=L Љ=Lj М=M Н=N Њ=Nj О=O П=P Р=R С=S Т=T Ћ=C У=U Ф=F Х=Kh Ц=Ts Ч=Ch Џ=Dz Ш=Sh Щ=Shch Ъ= Ы=Y Ь= Э=E Ю=Yu Я=Ya Ѕ=Dz";

    private const string Greek =
        "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=u φ=f χ=ch ψ=ps ω=o "
        + "Α=A Β=V Γ=G Δ=D Ε=E Ζ=Z Η=I Θ=Th Ι=I Κ=K Λ=L Μ=M Ν=N Ξ=X Ο=O Π=P Ρ=R Σ=S Τ=T Υ=U Φ=F Χ=Ch Ψ=Ps Ω=O";

    /// <summary>By code point.</summary>
    public static FrozenDictionary<int, string> Plain { get; } = $"{Latin} {Signs} {Cyrillic} {Greek}".Split(' ')
        .ToFrozenDictionary(pair => (int)pair[0], pair => pair[2..]);
}
