namespace Intervision.ServiceDefaults.Grpc;

/// <summary>Gathers what does not fit in a request, in field order, and throws once (DESIGN §7.27).</summary>
public sealed class Violations
{
    private readonly List<FieldViolation> found = [];

    public bool Any => found.Count > 0;

    public IReadOnlyList<FieldViolation> Found => found;

    /// <summary>Notes a violation unless the condition holds; gives the condition back, so that checks can build on it.</summary>
    public bool Check(bool holds, string field, string reason, string french)
    {
        if (!holds)
        {
            found.Add(new FieldViolation(field, reason, french));
        }

        return holds;
    }

    public void Add(FieldViolation violation) => found.Add(violation);

    /// <exception cref="RuleBroken">INVALID_ARGUMENT with all of them.</exception>
    public void ThrowIfAny()
    {
        if (Any)
        {
            throw RuleBroken.Invalid(found);
        }
    }
}
