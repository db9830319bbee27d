namespace Consilium.Modules.Care;

/// <summary>What somebody is to a patient for whom they act.</summary>
internal enum Relation { Self, Wife, Husband, Spouse, Child, Parent, Guardian, Friend, Other }
