namespace Intervision.Indemnisation.Bank;

/// <summary>One kind of message of the bank, taken in step by step.</summary>
internal interface IBankMessage
{
    /// <returns>What became complete with this step, if anything.</returns>
    Statement? Take(Step step);
}
