namespace Consilium.Modules.Care;

/// <summary>What somebody is to a patient for whom he acts.</summary>
internal enum Relation { Self, Wife, Husband, Spouse, Child, Parent, Guardian, Friend, Other }
